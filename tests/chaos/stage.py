"""The stage of all storms of a process: LinkedIn, the roads, and a home that is prepared once and copied for each."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.chaos.books import opened
from tests.chaos.cluster import Cluster
from tests.chaos.company import Company
from tests.chaos.findings import OWNERS, Findings
from tests.chaos.linkedin import LinkedIn
from tests.chaos.proxy import Proxy
from tests.cli.people import answers, consent, environment, free_ports, until
from tests.databases import KEY, Home, SqliteHomes

from leadwire.domain.owners import Owner

ADMIN = "the deployment key of the storms"


@dataclass
class Scene:
    """What one storm has for itself."""

    home: Home
    company: Company


class Stage:
    """`cluster` is None on SQLite."""

    def __init__(self, folder: Path, dialect: str) -> None:
        door, public, linkedin, emulator = free_ports(4)
        self._folder = folder
        self.url, self._public = f"http://127.0.0.1:{door}", f"http://127.0.0.1:{public}"
        self._listen, self._api = f"127.0.0.1:{door}", f"http://127.0.0.1:{linkedin}"
        self.linkedin = LinkedIn(emulator, self._public)
        self.roads = {"linkedin": Proxy(linkedin, emulator), "hook": Proxy(public, door)}
        self.cluster = Cluster() if dialect == "postgresql" else None
        self.dialect, self._homes = dialect, self.cluster or SqliteHomes(folder)

    @contextmanager
    def open(self) -> Iterator[Stage]:
        """Connected, read, subscribed; kept for `scene`."""
        with ExitStack() as stack:
            if self.cluster:
                stack.callback(self.cluster.stop)
            for road in self.roads.values():
                stack.enter_context(road)
            stack.enter_context(self.linkedin.listening())
            with self._homes.home(self._folder / "first") as home:
                self._prepare(home)
            yield self

    @contextmanager
    def scene(self, name: str, cast: tuple[str, ...]) -> Iterator[Scene]:
        """A copy of what was prepared, and a company that has not started."""
        folder = self._folder / name
        shutil.copytree(self._folder / "kept", folder / "home")
        try:
            with self._homes.home(folder / "store", self._template) as home:
                company = Company(cast, folder, self._environment(folder, home))
                self.linkedin.begin(self._world)
                with self.linkedin.sending():
                    try:
                        yield Scene(home, company)
                    finally:
                        company.finish()
                        for road in self.roads.values():
                            road.turn("calm")
                        if self.cluster:
                            self.cluster.start()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask Leadwire's API, not through the weather; None where it does not answer as it should."""
        headers = {"Authorization": f"Bearer {ADMIN}"}
        with suppress(httpx2.RequestError):
            answer = httpx2.request(
                method, f"{self.url}/api/v1{path}", json=body, headers=headers, trust_env=False, timeout=5
            )
            if answer.is_success:
                return answer.json()
        return None

    def up(self) -> bool:
        return answers(self.url)

    def _prepare(self, home: Home) -> None:
        folder = self._folder / "prepared"
        company = Company(("all",), folder, self._environment(folder, home))
        actor = company.actors["all"]
        with self.linkedin.sending():
            try:
                actor.start()
                until(self.up)
                begun = self.call("POST", "/connections")
                consent(begun["authorization_url"])
                for owner in OWNERS:
                    account = f"/accounts/{Owner.parse(owner).name}"
                    until(lambda account=account: self.call("GET", account))
                    assert self.call("PUT", f"{account}/sync", {"enabled": True, "push": True})
                until(lambda: self._settled(home))
                actor.wanted = False
                actor.send(signal.SIGTERM)
                assert actor.running is not None and actor.running.wait(20) == 0
            except BaseException:
                print(actor.log(1).read_text()[-4000:])
                raise
            finally:
                company.finish()
        self._template, self._world = self._homes.keep(home), self.linkedin.emulator.keep()
        shutil.copytree(folder / "home", self._folder / "kept")

    def _settled(self, home: Home) -> bool:
        with opened(home) as books:
            return not any(Findings(books, self.linkedin, 0).first())

    def _environment(self, folder: Path, home: Home) -> Mapping[str, str]:
        app = self.linkedin.app
        owner = {"DATABASE_OWNER_URL": home.owner_url} if home.owner_url else {}
        given = environment(
            folder,
            LISTEN=self._listen,
            PUBLIC_URL=self._public,
            DATABASE_URL=home.url,
            SECRET_KEY=KEY,
            ADMIN_TOKEN=ADMIN,
            LINKEDIN_CLIENT_ID=app.client_id,
            LINKEDIN_CLIENT_SECRET=app.secrets[0],
            LINKEDIN_API_URL=self._api,
            LINKEDIN_OAUTH_URL=self._api,
            ALLOW_HTTP_WEBHOOKS="true",
            CLOCK="emulator",
            LOG_LEVEL="WARNING",
            **owner,
        )
        # An installed Leadwire is compiled; else every start takes twice as long.
        if given.pop("PYTHONDONTWRITEBYTECODE", ""):
            return {**given, "PYTHONPYCACHEPREFIX": str(self._folder / "compiled")}
        return given
