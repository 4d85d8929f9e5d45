"""Which view answers which address, the files beside them, and the headers on all of it."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable
from importlib.resources import files
from urllib.parse import unquote

from linkedin_emulator.campaign_manager import (
    building,
    clock,
    forms,
    leads,
    members,
    owners,
    submitting,
    traffic,
    trouble,
)
from linkedin_emulator.campaign_manager.guard import objection
from linkedin_emulator.campaign_manager.visit import ROOT, Visit, visit
from linkedin_emulator.control import Control
from linkedin_emulator.protocol.wire import Request, Response

View = Callable[[Visit], Response]

_VIEWS: dict[tuple[str, str], View] = {
    ("GET", ""): owners.overview,
    ("GET", "accounts/*"): owners.owner,
    ("GET", "pages/*"): owners.owner,
    ("GET", "accounts/*/new"): building.new,
    ("POST", "accounts/*/new"): building.create,
    ("GET", "pages/*/new"): building.new,
    ("POST", "pages/*/new"): building.create,
    ("GET", "forms/*"): forms.form,
    ("POST", "forms/*/state"): forms.change_state,
    ("POST", "forms/*/test-lead"): forms.submit_test,
    ("POST", "forms/*/random"): forms.submit_ten,
    ("GET", "forms/*/version"): building.next_version,
    ("POST", "forms/*/version"): building.publish,
    ("GET", "forms/*/submit"): submitting.ask,
    ("POST", "forms/*/submit"): submitting.submit,
    ("GET", "leads"): leads.listing,
    ("GET", "accounts/*/leads"): leads.of_owner,
    ("GET", "pages/*/leads"): leads.of_owner,
    ("GET", "forms/*/leads"): leads.of_form,
    ("GET", "leads/*"): leads.lead,
    ("POST", "leads/*/*"): leads.act,
    ("GET", "members"): members.listing,
    ("POST", "members/*/roles"): members.change_role,
    ("POST", "members/*/*"): members.act,
    ("GET", "trouble"): trouble.listing,
    ("POST", "trouble/reset"): trouble.reset,
    ("POST", "trouble/knobs"): trouble.turn,
    ("POST", "trouble/rules"): trouble.remove,
    ("POST", "trouble/switches/*"): trouble.switch,
    ("GET", "clock"): clock.show,
    ("POST", "clock"): clock.change,
    ("GET", "traffic"): traffic.calls,
    ("POST", "traffic/clear"): traffic.clear,
    ("GET", "traffic/webhooks"): traffic.webhooks,
    ("POST", "traffic/validate"): traffic.validate,
}
_FILES = {"style.css": "text/css", "live.js": "text/javascript", "icon.svg": "image/svg+xml"}
# Nothing inline, nothing from elsewhere. A form posted with "no-referrer" would carry `Origin: null`.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def concerns(path: str) -> bool:
    """Whether a path belongs to these pages."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def answer_page(control: Control, request: Request) -> Response:
    """Refuse what comes from elsewhere, find the view, and let its mistakes end on a page that says so."""
    answer = _answer(visit(control, request), request)
    answer.headers = _HEADERS | answer.headers
    return answer


def _answer(asked: Visit, request: Request) -> Response:
    if reason := objection(request):
        return asked.page("refused.html", 403, title="Refused", reason=reason)
    path = request.path.removeprefix(ROOT).removeprefix("/")
    if path.startswith("static/"):
        return _file(path.removeprefix("static/")) or _missing(asked)
    found = _found(path)
    if not found:
        return _missing(asked)
    if request.method not in found:
        return asked.page("refused.html", 405, title="Not so", reason="This page takes no such request.")
    view, keys = found[request.method]
    return _tried(view, dataclasses.replace(asked, keys=keys))


def _tried(view: View, asked: Visit) -> Response:
    try:
        return view(asked)
    except LookupError as error:
        return _missing(asked, str(error.args[0]) if error.args else "")
    except (TypeError, ValueError) as error:
        return asked.page("refused.html", 400, title="That did not work", reason=str(error))


def _missing(asked: Visit, reason: str = "") -> Response:
    reason = reason or "Nothing stands at this address."
    return asked.page("refused.html", 404, title="There is nothing here", reason=reason)


def _found(path: str) -> dict[str, tuple[View, tuple[str, ...]]]:
    """The views of a path by verb; an earlier line of the table outranks a later one."""
    found: dict[str, tuple[View, tuple[str, ...]]] = {}
    for (verb, pattern), view in _VIEWS.items():
        if match := _compiled(pattern).fullmatch(path):
            found.setdefault(verb, (view, tuple(map(unquote, match.groups()))))
    return found


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", "([^/]+)"))


@functools.cache
def _contents(name: str) -> bytes:
    return files("linkedin_emulator").joinpath("campaign_manager", "static", name).read_bytes()


def _file(name: str) -> Response | None:
    kind = _FILES.get(name)
    if kind is None:
        return None
    return Response(
        200, {"content-type": f"{kind}; charset=utf-8", "cache-control": "no-cache"}, _contents(name)
    )
