"""What every page shares: how it is asked for, how it is shown, how an action leads back to one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leadwire.domain.times import Millis
from leadwire.store import Workspace
from leadwire.web.pages import show, words
from leadwire.web.services import Services

WORKSPACE = "default"  # the pages' workspace, until people can sign in
ROOM = Path(__file__).parent.parent
SAID = "leadwire_said"
SAID_LIMIT = 450  # what a cookie holds, whatever the letters

# The app's armour sets the rest. A browser that sends no referrer sends no `Origin` with a form either, and
# the door wants to read it where there is no Sec-Fetch-Site.
HEADERS = {"Referrer-Policy": "same-origin"}

View = Callable[["Ask"], Response]
Still = Callable[["Ask"], bool]

TEMPLATES = Environment(
    loader=FileSystemLoader(ROOM / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters.update(show.FILTERS)
TEMPLATES.globals.update(words=words)


@dataclass(frozen=True)
class Door:
    """One address: `acts` tells what changes something, and so must have been asked for on our own pages.

    While `still` says that a page shows what is stored, asking for it again is held.
    """

    method: str
    path: str
    view: View
    acts: bool
    still: Still | None = None


def shows(path: str, view: View, still: Still | None = None) -> Door:
    """A page to look at."""
    return Door("GET", path, view, acts=False, still=still)


def does(path: str, view: View, method: str = "POST") -> Door:
    """An action; it ends by leading somewhere."""
    return Door(method, path, view, acts=True)


@dataclass(frozen=True)
class Ask:
    """One request for a page, or one form sent; `fields` holds every value of the form, trimmed."""

    services: Services
    request: Request
    fields: Mapping[str, tuple[str, ...]]

    @property
    def now(self) -> Millis:
        return self.services.now()

    @property
    def workspace(self) -> Workspace:
        return self.services.store.workspace(WORKSPACE)

    def part(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """What stands behind `?`; an empty field of a filter is no filter."""
        return self.request.query_params.get(name, "").strip() or None

    def field(self, name: str) -> str | None:
        """A field of the form sent; None where it is missing or empty."""
        return next((value for value in self.fields.get(name, ()) if value), None)

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page inside the frame, with what was said by the action before it."""
        said, ready = _said(self.request), self.services.app_keys() is not None
        response = HTMLResponse(
            TEMPLATES.get_template(template).render(
                path=self.request.url.path,
                now=self.now,
                said=said,
                deployment=self.services.deployment,
                ready=ready,
                alarms=self._alarms() if ready else [],
                **values,
            ),
            status,
            HEADERS,
        )
        if said is not None:
            response.delete_cookie(SAID)
        return response

    def lead_to(self, path: str, text: str = "", tone: words.Tone = "good") -> Response:
        """End an action: the browser goes to `path` and finds `text` said there once."""
        response = RedirectResponse(path, 303, HEADERS)
        if text:
            value = quote(json.dumps({"tone": tone, "text": text[:SAID_LIMIT]}), safe="")
            response.set_cookie(SAID, value, max_age=60, httponly=True, samesite="lax")
        return response

    def _alarms(self) -> list[Any]:
        """What must not wait, and nobody has acknowledged."""
        with self.workspace.read() as tx:
            return [one for one in tx.alerts.open() if one.severity == "critical" and one.acked_at is None]


def alone(template: str, status: int, **values: Any) -> Response:
    """A page without the frame: for those who may not see the others."""
    return HTMLResponse(TEMPLATES.get_template(template).render(**values), status, HEADERS)


def _said(request: Request) -> dict[str, str] | None:
    try:
        said = json.loads(unquote(request.cookies.get(SAID, "")))
        return {"tone": str(said["tone"]), "text": str(said["text"])}
    except (ValueError, TypeError, KeyError):
        return None
