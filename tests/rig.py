"""A whole Leadwire in one process: a database of its own, an emulated LinkedIn before it, and time by hand.

Nothing is patched: the app is assembled by its own composition root; only the network to LinkedIn and the
clock are arguments. Work runs when `drain` or `run_for` says so, in the caller's own time.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from tests.databases import KEY, NOW, Home

from leadwire.app import App
from leadwire.domain.times import Millis
from leadwire.linkedin.answers import Answer
from leadwire.linkedin.client import CONNECTED, Request
from leadwire.linkedin.errors import TryLater
from leadwire.rooms import Ways
from leadwire.settings import Settings
from leadwire.store import Store, Workspace
from leadwire.store.ids import spell
from leadwire.web import create_app
from linkedin_emulator import AppSettings, Emulator

ADMIN = "the deployment key of the tests"
HERE = "http://127.0.0.1:8000"
LINKEDIN = "http://127.0.0.1:8001"
ROUNDS = 500

# People and things of the emulator's demo world. Jane administers the page and everything near it, Omar
# reads the main account with a weak page role, Yuki has the other page.
JANE, OMAR, YUKI = "K1RwyVNukt", "BcLKblgopR", "Zq8TtVbX2e"
MAIN, VIEWED, PAGELESS, ROLELESS, CLOSED, TEST = (
    "1234567",
    "5678910",
    "5678911",
    "5678912",
    "5678913",
    "5678914",
)
PAGE = "organization:11223344"


class Homes(Protocol):
    """`sqlite_homes` or `postgres_homes` of the test session."""

    def home(self, folder: Path, template: str = "") -> AbstractContextManager[Home]: ...

    def keep(self, home: Home) -> str: ...


class Always:
    """A run that nobody stops."""

    def alive(self) -> bool:
        return True

    def over(self) -> bool:
        return False

    def progressed(self) -> None:
        """Nobody counts."""


class Caller:
    """An API client with one key (None: without)."""

    def __init__(self, client: TestClient, key: str | None) -> None:
        self._client, self.key = client, key

    def __call__(self, method: str, path: str, body: Any = ..., **query: Any) -> Any:
        """One call below `/api/v1`; without a body when none is given."""
        given = {name: value for name, value in query.items() if value is not None}
        headers = {} if self.key is None else {"Authorization": f"Bearer {self.key}".encode()}
        sent: dict[str, Any] = {}
        if body is not ...:  # by the standard library, which also writes what is no good JSON
            headers["Content-Type"] = b"application/json"
            sent["content"] = json.dumps(body).encode()
        query_text = f"?{urlencode(given)}" if given else ""
        return self._client.request(method, f"/api/v1{path}{query_text}", headers=headers, **sent)

    def get(self, path: str, **query: Any) -> Any:
        return self("GET", path, **query)

    def post(self, path: str, body: Any = ..., **query: Any) -> Any:
        return self("POST", path, body, **query)

    def put(self, path: str, body: Any = ...) -> Any:
        return self("PUT", path, body)

    def patch(self, path: str, body: Any = ...) -> Any:
        return self("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self("DELETE", path)

    def all(self, path: str, limit: int = 200, **query: Any) -> list[Any]:
        """Every item of a list, page by page."""
        found: list[Any] = []
        cursor = None
        while True:
            page = self.get(path, limit=limit, cursor=cursor, **query).json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found


ASSEMBLED: Counter[Path] = Counter()  # rigs so far, by folder


class Rig:
    """`api` acts in workspace `default`, with the deployment key; `tenant` gives others."""

    def __init__(
        self,
        home: Home,
        folder: Path,
        *,
        knobs: Mapping[str, Any] | None = None,
        watch_every: Millis = 3_600_000,  # a day has too many minutes; `look` looks at once
        **settings: Any,
    ) -> None:
        self.home = home
        here = str(settings.get("public_url", HERE))
        app = AppSettings(redirect_uris=(f"{here}/oauth/linkedin/callback",))
        self.emulator = Emulator(now=lambda: NOW, knobs=knobs, app=app, deliver=self.deliver)
        given = {
            "home": folder / "leadwire",
            "database_url": home.url,
            "database_owner_url": home.owner_url,
            "secret_key": KEY,
            "admin_token": ADMIN,
            "linkedin_client_id": app.client_id,
            "linkedin_client_secret": tuple(app.secrets),
            "linkedin_api_url": LINKEDIN,
            "linkedin_oauth_url": LINKEDIN,
        }
        self.settings = Settings.model_validate(given | settings)
        self.told: list[Request] = []  # to the alert webhook, which answers with `telling`
        self.telling = 204
        self.letters: list[EmailMessage] = []
        self._watch_every = watch_every
        # An id says when in an hour a duty is done: in one test the same in every run, and no two rigs make one id.
        ASSEMBLED[folder] += 1
        self._chance = Random(f"{folder.name} {ASSEMBLED[folder]}")
        self.start()

    def start(self) -> None:
        """Assemble the app on what is there; again after `close`, as after a restart."""
        self.app = App(
            self.settings,
            Ways(
                linkedin=self.carry,
                knock=self.knock,
                tell=self.tell,
                post=self.letters.append,
                now=self.emulator.now,
                dice=lambda: 0.5,
                new_id=self._new_id,
            ),
        )
        self.app.watch.every = self._watch_every
        self.app.open()
        self.door = create_app(self.app.services())
        self.client = TestClient(self.door, self.settings.base_url, **CLIENT)
        self.api = Caller(self.client, ADMIN)

    def _new_id(self, now: Millis) -> str:
        return spell(now & (1 << 48) - 1, 10) + spell(self._chance.getrandbits(80), 16)

    @property
    def store(self) -> Store:
        return self.app.store

    @property
    def workspace(self) -> Workspace:
        return self.store.workspace("default")

    def now(self) -> Millis:
        return self.emulator.now()

    def close(self) -> None:
        self.client.close()
        self.door.hook.stop()
        self.app.close()

    def carry(self, request: Request) -> Answer:
        """The network: a LinkedIn that does not answer is one that the real transport says TryLater of."""
        target = "/" + request.url.partition("://")[2].partition("/")[2]
        said = self.emulator.handle(request.method, target, request.headers, request.body or b"")
        if said.fate != "answer":
            raise TryLater(f"no whole answer from LinkedIn ({said.fate})")
        return Answer(said.status, said.headers, said.body)

    def deliver(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        """LinkedIn's way to the hook, in this process. What is not ours does not answer."""
        if not url.startswith(f"{self.settings.base_url}/"):
            raise ConnectionError(f"nobody answers at {url}")
        parts = urlsplit(url)
        scope = {
            "type": "http",
            "method": method,
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        return asyncio.run(_answered(self.door.hook, scope, body))

    def knock(self, request: Request, note: Callable[[str], None]) -> Answer:
        """Our own way to it."""
        note(CONNECTED)
        return Answer(*self.deliver(request.method, request.url, request.headers, request.body or b"", 3.0))

    def tell(self, request: Request) -> Answer:
        """The way to the alert webhook."""
        self.told.append(request)
        return Answer(self.telling, {}, b"")

    def tenant(self, name: str) -> Caller:
        """A new workspace and a key of its own."""
        made = self.api.post("/workspaces", {"name": name}).json()
        return Caller(
            self.client, self.api.post(f"/workspaces/{made['id']}/api-keys", {"name": "k"}).json()["key"]
        )

    def connect_member(self, api: Caller | None = None, member: str = JANE) -> str:
        """The whole dance in a browser; the connection's id. Accounts and verdicts have been read."""
        begun = (api or self.api).post("/connections").json()
        arrived = self.consent(begun["authorization_url"], member)
        assert arrived.status_code in (200, 303), arrived.text
        self.drain()
        return str(begun["id"])

    def consent(self, link: str, member: str = JANE) -> Any:
        """Open a connect link, allow everything at LinkedIn, come back; the answer to the callback."""
        with self.browser() as browser:
            asked = parse_qs(urlsplit(self.depart(browser, link)).query)
            scopes = asked["scope"][0].split(" ")
            code = self.emulator.authorize(scopes, member, redirect_uri=asked["redirect_uri"][0])
            return self.come_back(browser, code=code, state=asked["state"][0])

    def browser(self) -> TestClient:
        """A browser with a jar of its own."""
        return TestClient(self.client.app, self.settings.base_url, **CLIENT)

    @staticmethod
    def depart(browser: TestClient, link: str) -> str:
        """Open a connect link; where it leads to."""
        answer = browser.get(urlsplit(link).path)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    @staticmethod
    def come_back(browser: TestClient, **query: str) -> Any:
        """LinkedIn's redirect."""
        return browser.get(f"/oauth/linkedin/callback?{urlencode(query)}")

    def sync(self, account: str = MAIN, api: Caller | None = None) -> list[str]:
        """Switch an account on and let its back-fill run; the runs."""
        caller = api or self.api
        answer = caller.put(f"/accounts/{quote(account)}/sync", {"enabled": True})
        assert answer.status_code == 202, answer.text
        self.run_for(60_000)
        return list(answer.json()["runs"])

    def drain(self) -> None:
        """Do all that is due now, and what becomes due by it. A handler that raised fails the test."""
        for _ in range(ROUNDS):
            self.door.hook.flush()
            pushed, due = self.app.drain.once(), list(self.app.agenda.tick())
            if not due and not pushed:
                break
            for job in due:
                list(self.app.agenda.shard(Always(), *job.args))
            self._all_went_well()
        else:
            raise AssertionError(f"still due after {ROUNDS} rounds: {due}")
        self.app.board.flush()

    def look(self) -> None:
        """See in every workspace what people should know of, and tell them."""
        for info in self.store.deployment.all_workspaces():
            self.app.watch.duty(self.store.workspace(info.id), "", Always())
        self.drain()

    def advance(self, milliseconds: Millis) -> None:
        """Let time pass while nobody works."""
        self.emulator.advance(milliseconds)

    def run_for(self, milliseconds: Millis) -> None:
        """Let time pass from one due moment to the next, each worked off when it comes."""
        end = self.now() + milliseconds
        self.drain()
        while (due := self._next_due()) <= end:
            self.advance(due - self.now())
            self.drain()
        self.advance(end - self.now())

    def _next_due(self) -> Millis:
        """The next moment at which something may happen; a tick an hour happens anyway."""
        hourly = self.now() + 3_600_000
        desk = self.store.deployment
        soonest = (desk.next_due(self.now()), desk.inbox_next_due(self.now()))
        return min([hourly, *(due for due in soonest if due is not None)])

    def _all_went_well(self) -> None:
        for info in self.store.deployment.all_workspaces():
            with self.store.workspace(info.id).read() as tx:
                failed = [(one.kind, one.key) for one in tx.schedule.all() if one.attempts]
            assert not failed, f"handlers raised: {failed}; the log has more"


async def _answered(hook: ASGIApp, scope: Any, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    await hook(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1].get("body", b"")


# For what the database has no part in.
sqlite_only = pytest.mark.parametrize("homes", ["sqlite"], indirect=True)
CLIENT: dict[str, Any] = {"client": ("127.0.0.1", 50_000), "follow_redirects": False}


@contextmanager
def rig_on(homes: Homes, folder: Path, **options: Any) -> Iterator[Rig]:
    """A rig on a fresh database of the session's; for fixtures that many tests share."""
    with homes.home(folder / "home") as home, closing(Rig(home, folder, **options)) as rig:
        yield rig


R = TypeVar("R", bound=Rig)
_stages: dict[Any, tuple[str, Any]] = {}


@contextmanager
def staged(
    homes: Homes, folder: Path, prepare: Callable[[R], object], kind: type[R], **options: Any
) -> Iterator[R]:
    """A rig as `prepare` leaves it: prepared once in a session, then copied with its database and its LinkedIn."""
    key = id(homes), prepare, kind, repr(sorted(options.items()))
    if key not in _stages:
        with homes.home(folder / "stage") as home:
            with closing(kind(home, folder / "stage", **options)) as rig:
                prepare(rig)
                rig.drain()
                world = rig.emulator.keep()
            _stages[key] = homes.keep(home), world
    template, world = _stages[key]
    with homes.home(folder / "home", template) as home, closing(kind(home, folder, **options)) as rig:
        rig.emulator.restore(world)
        yield rig


def connected(rig: Rig) -> None:
    """Jane is connected; nothing is switched on."""
    rig.connect_member()


def synced(rig: Rig) -> None:
    """Jane is connected, and the leads of her main account are stored."""
    rig.connect_member()
    rig.sync()


@pytest.fixture
def rig(home: Home, tmp_path: Path) -> Iterator[Rig]:
    """A rig for one test, on both databases in turn."""
    with closing(Rig(home, tmp_path)) as rig:
        yield rig
