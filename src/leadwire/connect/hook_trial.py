"""The way LinkedIn comes, gone by ourselves: our public address is called, challenged and pushed to.

Each step is timed and, where it fails, says what stands in the way. What LinkedIn asks of an address:
learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from leadwire.domain.times import Millis
from leadwire.linkedin.client import CONNECTED, SECURED, Knock, Request, Response
from leadwire.linkedin.errors import LinkedInError, Surprise
from leadwire.linkedin.failures import header
from leadwire.linkedin.loose import load, record
from leadwire.linkedin.webhooks import SIGNATURE_HEADER, challenge_response, sign

TEST = "LEADWIRE_TEST"
WITHIN: Millis = 3_000  # LinkedIn waits no longer for the answer to a challenge
JSON = "application/json"
OURS = "X-Leadwire-Test"  # what carries it is no word of LinkedIn's
ANEW = {"Connection": "close", OURS: "1"}  # a pooled connection would prove nothing
BEGINS = f'{{"type": "{TEST}"'.encode()


@dataclass(frozen=True)
class Tried:
    """A step: whether it went well, how long it took, what was seen, and what to do where it did not."""

    step: str
    ok: bool
    took: Millis
    said: str
    remedy: str = ""


class Trial:
    """One trial of an address. `code` is a UUID v4; `monotonic` counts seconds; `stored` says what became of
    a body that was pushed, None where it did not arrive.
    """

    def __init__(
        self,
        knock: Knock,
        url: str,
        secret: str,
        code: str,
        stored: Callable[[bytes], str | None],
        monotonic: Callable[[], float],
    ) -> None:
        self._knock, self._url, self._secret, self._code = knock, url, secret, code
        self._stored, self._monotonic = stored, monotonic

    def run(self) -> Iterator[Tried]:
        """The steps, up to the first that fails."""
        for step in (self._challenge, self._push, self._arrived):
            for tried in step():
                yield tried
                if not tried.ok:
                    return

    def _challenge(self) -> Iterator[Tried]:
        glue = "&" if "?" in self._url else "?"
        url = f"{self._url}{glue}challengeCode={self._code}"
        began, marks = self._monotonic(), dict[str, float]()

        def note(event: str) -> None:
            marks[event] = self._monotonic()

        answer = self._ask(Request("GET", url, {"Accept": JSON, **ANEW}), note)
        way = tuple(self._way(began, marks, answer))
        yield from way
        if way[-1].ok:
            yield self._judged(answer, self._since(began))

    def _way(
        self, began: float, marks: Mapping[str, float], answer: Response | LinkedInError
    ) -> Iterator[Tried]:
        """Name and connection, then TLS, as far as it came."""
        answered, ended = not isinstance(answer, LinkedInError), self._monotonic()
        came = answered or CONNECTED in marks
        connected = marks.get(CONNECTED, ended)
        yield Tried("connect", came, _ms(connected - began), *_told(came, answer, "connected", REACH))
        if came and self._url.startswith("https://"):
            came = answered or SECURED in marks
            took = _ms(marks.get(SECURED, ended) - connected)
            yield Tried("tls", came, took, *_told(came, answer, "the certificate is trusted", TRUST))

    def _judged(self, answer: Response | LinkedInError, took: Millis) -> Tried:
        """What LinkedIn would think of the answer to its challenge."""
        if isinstance(answer, LinkedInError):
            return Tried("challenge", False, took, str(answer), SLOW)
        wrong = self._mistake(answer)
        if wrong:
            return Tried("challenge", False, took, wrong, BETWEEN)
        if took > WITHIN:
            return Tried("challenge", False, took, "right, but LinkedIn waits for 3 seconds only", SLOW)
        return Tried("challenge", True, took, "answered as LinkedIn wants it")

    def _mistake(self, answer: Response) -> str:
        """What is wrong with the answer to a challenge; nothing where it is right."""
        if answer.status != 200:
            return f"answered {answer.status} instead of 200"
        kind = (header(answer.headers, "content-type") or "").partition(";")[0].strip()
        if kind != JSON:
            return f"answered {kind or 'no content type'} instead of {JSON}"
        try:
            said = record(load(answer.body))
        except Surprise:
            return "the answer is no JSON"
        right = challenge_response(self._secret, self._code)
        if said.get("challengeCode") != self._code or said.get("challengeResponse") != right:
            return "the answer is another Leadwire's, or of another client secret"
        return ""

    def _push(self) -> Iterator[Tried]:
        began, body = self._monotonic(), self._body()
        headers = {"Content-Type": JSON, SIGNATURE_HEADER: sign(self._secret, body), **ANEW}
        answer = self._ask(Request("POST", self._url, headers, body), lambda event: None)
        if isinstance(answer, LinkedInError):
            yield Tried("push", False, self._since(began), str(answer), SLOW)
            return
        ok = 200 <= answer.status <= 299
        said = "signature accepted" if ok else f"answered {answer.status} instead of 200"
        yield Tried("push", ok, self._since(began), said, "" if ok else PUSHES.get(answer.status, BETWEEN))

    def _arrived(self) -> Iterator[Tried]:
        began = self._monotonic()
        said = self._stored(self._body())
        ok = said is not None
        yield Tried("stored", ok, self._since(began), said or "not in the inbox", "" if ok else ELSEWHERE)

    def _ask(self, request: Request, note: Callable[[str], None]) -> Response | LinkedInError:
        try:
            return self._knock(request, note)
        except LinkedInError as error:
            return error

    def _body(self) -> bytes:
        return json.dumps({"type": TEST, "id": self._code}).encode()

    def _since(self, began: float) -> Millis:
        return _ms(self._monotonic() - began)


REACH = "The name must lead to this service, and its port must be open to the internet."
TRUST = "LinkedIn wants a certificate of a public authority that names this host, with its whole chain."
SLOW = "A proxy or firewall in between swallows the request, or the service is overloaded."
BETWEEN = (
    "Something stands before this service: a login, a redirect, a firewall's own page, or another service. "
    "/hooks/linkedin/ must be passed on unchanged."
)
ELSEWHERE = "The address leads to another Leadwire, with a database of its own."
PUSHES = {
    401: "The signature was refused: what stands in between changes the body, or the client secret differs.",
    404: "The address is not known there yet: try again in some seconds.",
    413: "What stands in between allows no bodies.",
    503: "The database was not writable: see the log.",
}


def _told(came: bool, answer: Response | LinkedInError, well: str, remedy: str) -> tuple[str, str]:
    return (well, "") if came else (str(answer), remedy)


def _ms(seconds: float) -> Millis:
    return round(seconds * 1000)
