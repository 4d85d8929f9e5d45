"""A partner's app talking to an emulator in the same process, at a fixed moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from linkedin_emulator import AppSettings, Emulator, Response

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
MAIN = "urn%3Ali%3AsponsoredAccount%3A1234567"
PAGE = "urn%3Ali%3Aorganization%3A11223344"
SCOPES = ["r_ads", "r_marketing_leadgen_automation", "r_organization_admin"]
REDIRECT = AppSettings().redirect_uris[0]


class Webhooks:
    """The far end of every webhook: right answers unless told otherwise; keeps what it was sent."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer: Callable[[str, str], tuple[int, dict[str, str], bytes] | None] | None = None

    def deliver(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        self.calls.append((method, url, dict(headers), body))
        reply = self.answer(method, url) if self.answer else None
        return reply or self.proper(method, url)

    @staticmethod
    def proper(method: str, url: str) -> tuple[int, dict[str, str], bytes]:
        from linkedin_emulator.hooks.webhooks import challenge_response

        if method == "POST":
            return 204, {}, b""
        code = url.rpartition("challengeCode=")[2]
        answer = {
            "challengeCode": code,
            "challengeResponse": challenge_response("emulator-client-secret-01", code),
        }
        return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(answer).encode()

    def bodies(self) -> list[Any]:
        """The JSON of every push, in order of arrival."""
        return [json.loads(body) for method, _, _, body in self.calls if method == "POST"]


class Partner:
    """An app with a token, calling as LinkedIn wants to be called."""

    def __init__(
        self, emulator: Emulator, scopes: list[str] | None = None, member: str | None = None
    ) -> None:
        self.emulator = emulator
        self.token = emulator.control.tokens.issue(scopes or SCOPES, member)
        self.headers = {
            "Authorization": f"Bearer {self.token['access_token']}",
            "LinkedIn-Version": "202609",
            "X-Restli-Protocol-Version": "2.0.0",
        }

    def call(self, method: str, target: str, body: bytes = b"", **headers: str | None) -> Response:
        changes = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {"Content-Length": str(len(body))} | self.headers | changes
        return self.emulator.handle(method, target, {k: v for k, v in merged.items() if v is not None}, body)

    def get(self, target: str, **headers: str | None) -> Response:
        return self.call("GET", target, **headers)

    def ok(self, target: str) -> Any:
        """The JSON of a GET that must succeed."""
        response = self.get(target)
        assert response.status == 200, response.body
        return response.json()

    def leads(
        self, extra: str = "", owner: str = f"(sponsoredAccount:{MAIN})", kind: str = "SPONSORED"
    ) -> Any:
        """One page of the lead finder."""
        return self.ok(f"/rest/leadFormResponses?q=owner&owner={owner}&leadType=(leadType:{kind}){extra}")

    def post_json(self, target: str, value: Any) -> Response:
        return self.call("POST", target, json.dumps(value).encode(), Content_Type="application/json")


def post_form(emulator: Emulator, path: str, **form: str) -> Response:
    """A form-encoded POST, as to the token endpoint."""
    body = urlencode(form).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    return emulator.handle("POST", path, headers, body)


class Forms(HTMLParser):
    """The forms of a page as a browser would send them: {action: {name: values}}; the last of equal actions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.by_action: dict[str, dict[str, list[str]]] = {}
        self._fields: dict[str, list[str]] = {}
        self._name: str | None = None
        self._text = ""
        self._options: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if tag == "form":
            self._fields = self.by_action[at.get("action") or ""] = {}
        elif tag == "input" and (at.get("type") != "checkbox" or "checked" in at):
            self._fields.setdefault(str(at["name"]), []).append(at.get("value") or "")
        elif tag in ("textarea", "select"):
            self._name, self._text, self._options = at["name"], "", []
        elif tag == "option":
            self._options.append((at.get("value") or "", "selected" in at))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._fields.setdefault(str(self._name), []).append(self._text.removeprefix("\n"))
        elif tag == "select":
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self._fields.setdefault(str(self._name), []).append(chosen[-1])


class Browser:
    """Somebody at the Campaign Manager's pages, whose requests look like a browser's."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.headers = {"Host": "127.0.0.1:8001", "Sec-Fetch-Site": "same-origin"}

    def ask(self, method: str, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Response:
        changes = {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(form or {}, doseq=True).encode()
        return self.emulator.handle(method, f"/campaign-manager{path}", self.headers | changes, body)

    def see(self, path: str) -> str:
        """A page that must be there."""
        response = self.ask("GET", path)
        assert response.status == 200, response.body
        return response.body.decode()

    def fields(self, path: str, action: str = "") -> dict[str, list[str]]:
        """The fields of a form on a page, as they are filled in."""
        return Forms(self.see(path)).by_action[action]

    def send(self, path: str, **form: Any) -> str:
        """Post; it must lead on to another page, whose path below the root is returned."""
        response = self.ask("POST", path, form)
        assert response.status == 303, response.body
        return response.headers["location"].removeprefix("/campaign-manager").partition("?")[0]


class Time:
    """A clock held in the hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def webhooks() -> Webhooks:
    return Webhooks()


@pytest.fixture
def emulator(time: Time, webhooks: Webhooks) -> Emulator:
    return Emulator(seed=7, now=time, deliver=webhooks.deliver)


@pytest.fixture
def partner(emulator: Emulator) -> Partner:
    return Partner(emulator)


@pytest.fixture
def partner_as(emulator: Emulator) -> Callable[..., Partner]:
    """Another partner: other scopes or another member."""
    return lambda scopes=None, member=None: Partner(emulator, scopes, member)


@pytest.fixture
def form_post(emulator: Emulator) -> Callable[..., Response]:
    return lambda path, **form: post_form(emulator, path, **form)


@pytest.fixture
def browser(emulator: Emulator) -> Browser:
    return Browser(emulator)


@pytest.fixture
def forms_on() -> Callable[[str], dict[str, dict[str, list[str]]]]:
    """Read the forms of a page's HTML."""
    return lambda page: Forms(page).by_action
