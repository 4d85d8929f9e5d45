"""The address LinkedIn calls: its challenge (GET) and its pushes (POST).

A push goes verify over the raw bytes -> store durably -> 200; before the signature fits, nothing of a body is
parsed, logged or kept. Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qs

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Receive, Scope, Send

from leadwire.connect.hook_tokens import HOOKS_PATH, HookName
from leadwire.connect.hook_trial import BEGINS, OURS
from leadwire.ingest.receive import rows_of
from leadwire.linkedin.webhooks import SIGNATURE_HEADER, challenge_response
from leadwire.web import problems
from leadwire.web.group_commit import PATIENCE, GroupCommit, Pushed
from leadwire.web.hook_book import HookBook
from leadwire.web.services import Services

MOST_BYTES = 256 * 1024  # of a push; LinkedIn's have some hundreds
SIGNATURE = SIGNATURE_HEADER.lower().encode()
TRIAL = OURS.lower().encode()
JSON = b"application/json"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
TEXT = 1_000  # characters of a query that can be a challenge


class Answer(NamedTuple):
    """What goes out. `outcome` is what the counters call it."""

    outcome: str
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""


def _json(outcome: str, status: int, kind: bytes, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    length = str(len(body)).encode()
    return Answer(outcome, status, ((b"content-type", kind), (b"content-length", length), *more), body)


def _refusal(outcome: str, status: int, detail: str, remedy: str = "", *more: tuple[bytes, bytes]) -> Answer:
    said = problems.failure(status, outcome, detail, remedy).model_dump_json().encode()
    return _json(outcome, status, problems.MEDIA_TYPE.encode(), said, *more)


STORED = Answer("stored", 200, ((b"content-length", b"0"),))
ANSWERED = Answer("challenge", 200, ())
UNKNOWN = _refusal("unknown_address", 404, "Leadwire gave this address to nobody, or it has been replaced.")
NO_METHOD = _refusal(
    "method_not_allowed", 405, "This address takes GET and POST.", "", (b"allow", b"GET, POST")
)
NO_CHALLENGE = _refusal("bad_challenge", 400, "challengeCode must be one UUID, version 4.")
COMPRESSED = _refusal("compressed", 415, "A push is taken as it was signed: not compressed.")
TOO_LARGE = _refusal("too_large", 413, f"A push of more than {MOST_BYTES} bytes is not taken.")
FORGED = _refusal("bad_signature", 401, f"{SIGNATURE_HEADER} does not fit this body.")
UNWRITABLE = _refusal(
    "not_stored", 503, "It could not be stored now.", "Send it again.", (b"retry-after", b"5")
)

EVERY = (STORED, ANSWERED, UNKNOWN, NO_METHOD, NO_CHALLENGE, COMPRESSED, TOO_LARGE, FORGED, UNWRITABLE)


class Hook:
    """An ASGI application; `start` and `stop` its threads, which else begin with the first push."""

    def __init__(self, services: Services, registry: CollectorRegistry) -> None:
        store, keys = services.store.deployment, services.app_keys
        self._tokens = cache(services.hook_tokens)
        self._book = HookBook(
            store.hooks,
            lambda: found.secrets if (found := keys()) else (),
            store.heard,
            services.now,
        )
        self._commit = GroupCommit(self._write, self._written)
        self._receive, self._now, self._pushed = store.receive, services.now, services.pushed
        asked = Counter(
            "leadwire_hook_requests", "Answers to LinkedIn, by outcome", ["outcome"], registry=registry
        )
        self._counts = {answer.outcome: asked.labels(answer.outcome) for answer in EVERY}
        self._took = Histogram(
            "leadwire_push_ack_seconds",
            "From a push's head to its answer after the commit",
            buckets=BUCKETS,
            registry=registry,
        )

    def start(self) -> None:
        """Know addresses and secrets before anybody asks."""
        self._tokens()
        self._book.start()

    def stop(self) -> None:
        """Store what waits, take nothing more."""
        self._commit.stop()
        self._book.stop()

    def flush(self) -> None:
        """Write down now who was heard; else it is done within seconds."""
        self._book.flush()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        answer = await self._answer(scope, receive)
        if answer is None:
            return
        if answer is STORED:
            self._took.observe(time.perf_counter() - began)
        self._counts[answer.outcome].inc()
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        name = self._tokens().read(scope["path"][len(HOOKS_PATH) :])
        if name is None:
            return UNKNOWN
        if scope["method"] == "POST":
            return await self._push(name, scope["headers"], receive)
        if scope["method"] == "GET":
            ours = any(header == TRIAL for header, _ in scope["headers"])
            return await self._challenge(name, scope["query_string"], ours)
        return NO_METHOD

    async def _challenge(self, name: HookName, query: bytes, ours: bool) -> Answer:
        """Needs no database: the address proves itself, the secret is known. `ours`: nobody heard of LinkedIn."""
        if not self._book.secrets:
            await self._book.learn()
        code = _challenge_code(query)
        said = challenge_response(self._book.secrets[0], code) if self._book.secrets else None
        if said is None:
            return NO_CHALLENGE
        if not ours:
            self._book.challenged(name)
        body = msgspec.json.encode({"challengeCode": code, "challengeResponse": said})
        return _json(ANSWERED.outcome, ANSWERED.status, JSON, body)

    async def _push(
        self, name: HookName, headers: Sequence[tuple[bytes, bytes]], receive: Receive
    ) -> Answer | None:
        signatures = []
        for header, value in headers:
            if header == SIGNATURE:
                signatures.append(value)
            elif header == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                return COMPRESSED
            elif header == b"content-length" and int(value) > MOST_BYTES:
                return TOO_LARGE
        if len(signatures) != 1:
            return FORGED
        patience = PATIENCE
        if not (self._book.knows(name) and self._book.secrets):
            began = time.monotonic()
            learned = await self._book.learn()
            patience -= time.monotonic() - began
            if not self._book.knows(name):
                return UNKNOWN if learned else UNWRITABLE
            if not self._book.secrets:
                return UNWRITABLE
        raw = await _body(receive)
        if not isinstance(raw, bytes):
            return raw
        if not self._book.signatures.fit(raw, signatures[0]):
            return FORGED
        return STORED if await self._commit.store(name, raw, patience) else UNWRITABLE

    def _write(self, batch: Sequence[Pushed]) -> None:
        """One transaction for the pushes of all workspaces."""
        now, rows = self._now(), []
        for push in batch:
            rows += rows_of(push.name.workspace_id, push.name.owner, push.raw, now)
        self._receive(rows)

    def _written(self, batch: Sequence[Pushed]) -> None:
        """Wake whoever fetches the leads."""
        names = {push.name for push in batch}
        for name in {push.name for push in batch if not push.raw.startswith(BEGINS)}:
            self._book.pushed(name)
        self._pushed({(name.workspace_id, name.owner) for name in names})


async def _body(receive: Receive) -> bytes | Answer | None:
    """The whole body; TOO_LARGE as soon as it is, whatever length it announced; None if the sender left."""
    message = await receive()
    raw: bytes = message.get("body", b"")
    while message.get("more_body", False) and len(raw) <= MOST_BYTES:
        message = await receive()
        raw += message.get("body", b"")
    if message["type"] != "http.request":
        return None
    return raw if len(raw) <= MOST_BYTES else TOO_LARGE


def _challenge_code(query: bytes) -> str:
    """The one challengeCode of a query; empty if there is none, or more."""
    if len(query) > TEXT:
        return ""
    found = parse_qs(query.decode("latin-1")).get("challengeCode", [])
    return found[0] if len(found) == 1 else ""
