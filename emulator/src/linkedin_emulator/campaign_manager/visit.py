"""One visit to a page: what was asked and typed, and the two kinds of answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote

from linkedin_emulator.campaign_manager.shown import render
from linkedin_emulator.control import Control
from linkedin_emulator.protocol.wire import Request, Response, html_response

ROOT = "/campaign-manager"
Typed = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Visit:
    """`keys` are the variable parts of the path; `query` and `typed` hold every value of every name."""

    control: Control
    path: str
    keys: tuple[str, ...] = ()
    query: Typed = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)

    def asked(self, name: str) -> str:
        """The last value of a query parameter, or ""."""
        return self.query.get(name, [""])[-1]

    def said(self, name: str) -> str:
        """The last value of a form field, or ""."""
        return self.typed.get(name, [""])[-1]

    def number(self, name: str) -> int:
        """A query parameter as a number; 0 if it is none."""
        text = self.asked(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page with what every page shows: the clock, and whether something is made to go wrong."""
        control = self.control
        clock = control.clock.read()
        frame = {
            "root": ROOT,
            "path": self.path,
            "now": clock["now"],
            "frozen": clock["frozen"],
            "down": control.knobs.read()["down"],
            "rules": len(control.faults.rules()),
            "notice": NOTICES.get(self.asked("said")),
        }
        return html_response(render(template, **frame, **values), status)


def visit(control: Control, request: Request) -> Visit:
    """Read a request; the keys are found later."""
    body = request.body.decode("utf-8", "replace") if request.method == "POST" else ""
    query, typed = (parse_qs(text, keep_blank_values=True) for text in (request.query, body))
    return Visit(control, request.path, (), query, typed)


def go(place: str, said: str = "") -> Response:
    """On to a page (path below the root, its variable parts quoted), which says what was done."""
    if said:
        place += f"{'&' if '?' in place else '?'}said={quote(said)}"
    return Response(303, {"location": f"{ROOT}/{place}"})


NOTICES = {
    "created": "The form is there.",
    "version": "The new version is there.",
    "state": "The state of the form is changed.",
    "submitted": "Thank you: the form is submitted, and subscribers are told.",
    "test": "A test lead is submitted, and subscribers are told.",
    "ten": "Ten leads are submitted, and subscribers are told.",
    "withdraw": "The lead is withdrawn: LinkedIn answers 404, and subscribers are told DELETED.",
    "resubmit": "The same lead is submitted again, now, and subscribers are told.",
    "hide": "The lead is hidden: it is missing at LinkedIn, and nobody is told.",
    "unhide": "The lead is back, as if nothing had been.",
    "spoil": "The lead is spoilt. LinkedIn answers it so from now on.",
    "mend": "The lead is whole again.",
    "notify": "Subscribers are told about this lead.",
    "revoke": "The member has removed the app: all its tokens are dead.",
    "revoke-access": "The access tokens are revoked; refresh tokens are still good.",
    "expire-access": "The access tokens have expired.",
    "expire-refresh": "The refresh tokens have expired, and the access tokens with them.",
    "given": "The role is given.",
    "taken": "The role is taken away.",
    "trouble": "It is so from now on.",
    "knobs": "The knobs are turned.",
    "rule": "The rule is gone.",
    "reset": "Everything is as at the beginning: world, leads, tokens, clock, knobs.",
    "clock": "The clock is set.",
    "validated": "The webhook was challenged. The newest line says how it went.",
    "cleared": "The list of calls is empty.",
    "nobody": "Nobody had to be told: no subscription covers this lead, or none may be served.",
}
