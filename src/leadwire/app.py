"""The composition root: settings in, a running Leadwire out. The only place that assembles.

Clock, ids and dice come from here; nothing below reads a clock, rolls a die or sleeps.
"""

from __future__ import annotations

import fcntl
import os
import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from leadwire import graves
from leadwire.agenda import Agenda, job_for
from leadwire.clocks import Clock, EmulatorClock, system_now
from leadwire.connect.consent import Consent
from leadwire.connect.hook_tokens import HookTokens
from leadwire.connect.line import AppKeys, Line, Switchboard, no_app
from leadwire.connect.webhooks import KIND, Registry, Site
from leadwire.domain.absence import Rule
from leadwire.domain.alerts import KIND as WATCH
from leadwire.domain.alerts import TELLING
from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import HOUR, iso
from leadwire.drain import Drain
from leadwire.duties import Defaults, Duties
from leadwire.erasure import Erasure
from leadwire.ingest import reconcile
from leadwire.ingest.absence import KIND as CONFIRM
from leadwire.ingest.absence import SCRUB, Confirm
from leadwire.ingest.push import Fetch
from leadwire.ingest.reader import Reader
from leadwire.ingest.reconcile import Reconciler
from leadwire.ingest.repair import Repair
from leadwire.ingest.sweep import Sweep
from leadwire.ingest.tables import Desks
from leadwire.ingest.walk import Walker
from leadwire.jobs import Engine, Job, Work
from leadwire.linkedin.client import Api, HttpTransport, Knock, Transport
from leadwire.linkedin.versions import newest_known
from leadwire.orders import Orders
from leadwire.settings import Settings, SettingsError, is_loopback
from leadwire.store import Keyring, Mark, Store, Workspace
from leadwire.store.alerts import Channel
from leadwire.subscriptions import Subscriptions
from leadwire.teardown import Teardown
from leadwire.watch.duty import Watch
from leadwire.watch.hook import Hook, secret_text
from leadwire.watch.mail import Letters, Post, Smtp
from leadwire.watch.message import Send
from leadwire.watch.telling import Teller
from leadwire.watch.view import Facts
from leadwire.web.news import News
from leadwire.web.services import Deployment, Services
from leadwire.worker import DbosEngine


class CannotStart(Exception):
    """The start is refused; the text says why and what to do."""


class App:
    """One assembled Leadwire. `transport` stands for the network to LinkedIn, `knock` for the way to our own
    public address, `tell` for that to the alert webhook, `post` for the mail server, `now` for the clock.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: Transport | None = None,
        knock: Knock | None = None,
        tell: Transport | None = None,
        post: Post | None = None,
        now: Clock | None = None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        transport = transport or HttpTransport()
        if now is None:
            emulated = settings.clock == "emulator"
            now = EmulatorClock(transport, settings.linkedin_api_url) if emulated else system_now
        self.settings, self.now = settings, now
        self.local_key = secrets.token_urlsafe(24)
        self.store = Store.open(
            settings.store_url,
            keys=Keyring.parse(secret_key(settings)),
            owner_url=settings.database_owner_url,
        )
        self.news = News()
        self.store.when_landed(self.news.tell)
        self.linkedin_version = settings.linkedin_version or newest_known()
        api = Api(
            transport,
            settings.linkedin_api_url,
            settings.linkedin_oauth_url,
            self.linkedin_version,
            f"leadwire/{version('leadwire')}",
        )
        self.board = Switchboard(self.store, api, self._required_keys, now, dice)
        self.consent = Consent(
            self.board,
            oauth_url=settings.linkedin_oauth_url,
            public_url=settings.base_url,
            scopes=settings.linkedin_scopes,
            return_origins=settings.return_origins,
            secret_text=lambda: secrets.token_urlsafe(32),
        )
        self.desks = Desks(now)
        self.walker = Walker(self.desks, now, settle=settings.settle, retention=settings.retention)
        sweep = Sweep(self.desks, now, self._able, settle=settings.settle)
        reconciler = Reconciler(sweep, self._able, now, settings.retention)
        carries = {reconcile.KIND: reconciler.go}
        self.reader = Reader(self.walker, self._line_for, now, dice, settings.retention, carries)
        self.duties = Duties(self.board, self.reader, self.desks, self._defaults(), now)
        site = Site(settings.base_url, settings.takes_pushes, lambda: self.hook_tokens)
        self.subscriptions = Subscriptions(
            self.duties,
            self.board,
            Registry(site, now),
            knock or HttpTransport(read=10.0, total=15.0, peer="the address"),
            now,
            time.monotonic,
            lambda: str(uuid4()),
        )
        self.orders = Orders(
            self.consent,
            self.duties,
            self.subscriptions,
            now,
            self.ring,
            settings.retention,
            settings.settle,
        )
        self.repair = Repair(self.desks, self._line_for, now)
        self.teller = Teller(self._channels(tell, post), settings.base_url, now)
        self.watch = Watch(self.store, self._watched(), now)
        self.teardown = Teardown(self.orders, self.board, self.desks, now)
        self.erasure = Erasure(self._bury, now)
        rule = Rule(settings.delete_confirm_after, settings.delete_max_age)
        self.confirm = Confirm(self.desks, self._line_for, now, rule, self._bury)
        kinds = {**self.duties.kinds(), KIND: self.subscriptions.duty}
        kinds |= {CONFIRM: self.confirm.duty, SCRUB: self.erasure.scrub}
        kinds |= {WATCH: self.watch.duty, TELLING: self.teller.duty}
        self.agenda = Agenda(self.store, kinds, now, time.monotonic)
        self.drain = Drain(self.store, Fetch(self.desks, self._line_for, now).turn, now)
        self.engine: Engine | None = None
        self._swept_at = 0

    def open(self) -> None:
        """Bring the database to the present schema. Raises what the store says against it."""
        self.store.migrate(self.now())
        self._keep_buried()
        self.watch.everywhere()
        try:
            self.duties.purse.check()
        except InvalidInput as error:
            raise SettingsError(f"LEADWIRE_POLL_INTERVAL, LEADWIRE_CALL_LIMITS: {error}") from None

    def start_work(self) -> None:
        """Start the job engine in this process."""
        work = self.agenda.work()
        ticks = (*work.ticks, self._write_counts, self._sweep)
        handled = Work(work.handlers, ticks)
        self.engine = DbosEngine(handled, self._engine_url(), self._executor_id(), self._ago)
        self.engine.start()
        self.drain.start()

    def wind_down(self) -> None:
        """Begin to stop: running jobs end at their next safe point, while requests may still be answered."""
        self.news.close()
        self.drain.wind_down()
        if self.engine is not None:
            self.engine.wind_down()

    def close(self, within: float = 4.0) -> None:
        """Stop working and let go of everything. What was not finished goes on at the next start."""
        self.drain.stop(within)
        if self.engine is not None:
            self.engine.stop(within)
        self.board.flush()
        self.store.close()

    def _bury(self, marks: Sequence[Mark]) -> None:
        graves.append(make_home(self.settings.home), marks)

    def _keep_buried(self) -> None:
        """A database that somebody put an old copy in the place of has not heard of what was erased since."""
        marks = graves.complete(make_home(self.settings.home), self.store.marks())
        self.store.bury(marks)

    def ring(self, shards: Iterable[int]) -> None:
        """Wake the workers for these shards; elsewhere the next tick finds the work."""
        if self.engine is not None:
            now = self.now()
            self.engine.submit([job_for(shard, now, now) for shard in set(shards)])

    def services(self) -> Services:
        """What the web door may touch."""
        tokens = tuple(token for token in (self.settings.admin_token, self.local_key) if token)
        return Services(
            store=self.store,
            consent=self.consent,
            orders=self.orders,
            duties=self.duties,
            subscriptions=self.subscriptions,
            watch=self.watch,
            teardown=self.teardown,
            erasure=self.erasure,
            confirm=self.confirm,
            repair=self.repair,
            desks=self.desks,
            now=self.now,
            deployment=Deployment(
                version=version("leadwire"),
                public_url=self.settings.base_url,
                linkedin_api_url=self.settings.linkedin_api_url,
                linkedin_version=self.linkedin_version,
                emulated=is_loopback(self.settings.linkedin_api_url),
                takes_pushes=self.settings.takes_pushes,
                alert_emails=self.settings.alert_emails if self.settings.smtp_url else (),
                alert_webhook=self.settings.alert_webhook_url,
                facts=self.facts,
            ),
            app_keys=self.app_keys,
            save_app_keys=self._save_app_keys,
            hook_tokens=lambda: self.hook_tokens,
            alert_secret=lambda: secret_text(self.store.deployment.alert_key()),
            pushed=lambda owners: self.drain.wake(),
            admin_tokens=tokens,
            news=self.news,
        )

    @cached_property
    def hook_tokens(self) -> HookTokens:
        """What makes and reads the addresses given to LinkedIn; the database is open."""
        return HookTokens(self.store.deployment.hook_key())

    def facts(self) -> dict[str, object]:
        """What `doctor` and `/status` say of this deployment; no secrets."""
        stored = self.store.facts()
        return {
            "database": stored.dialect,
            "database_version": stored.server_version,
            "schema_version": stored.schema_version,
            "app_role": stored.app_role,
            "warnings": list(stored.warnings),
            "redirect_uri": self.consent.redirect_uri,
            "scopes": list(self.settings.linkedin_scopes),
            "client_id": keys.client_id if (keys := self.app_keys()) else None,
        }

    def app_keys(self) -> AppKeys | None:
        """The LinkedIn app: from the environment, else as typed into set-up."""
        if self.settings.linkedin_client_id and self.settings.linkedin_client_secret:
            return AppKeys(self.settings.linkedin_client_id, self.settings.linkedin_client_secret)
        saved = self.store.deployment.app_credentials()
        return AppKeys(saved.client_id, (saved.client_secret,)) if saved else None

    def _required_keys(self) -> AppKeys:
        keys = self.app_keys()
        if keys is None:
            raise no_app()
        return keys

    def _save_app_keys(self, client_id: str, client_secret: str) -> None:
        self.store.deployment.save_app_credentials(client_id, client_secret, self.now())

    def _line_for(self, workspace: Workspace, owner: str) -> Line:
        return self.duties.line_for(workspace, owner)

    def _able(self, workspace: Workspace, owner: str) -> bool:
        return self.duties.able(workspace, owner)

    def _write_counts(self) -> Iterator[Job]:
        self.board.flush()
        return iter(())

    def _sweep(self) -> Iterator[Job]:
        if self.now() - self._swept_at >= HOUR:
            self._swept_at = self.now()
            self.store.deployment.sweep_inbox(self._swept_at)
        return iter(())

    def _defaults(self) -> Defaults:
        names = ("poll", "forms", "heartbeat", "verdict", "reconcile")
        return Defaults(
            intervals={f"{name}_interval": getattr(self.settings, f"{name}_interval") for name in names},
            public_https=self.settings.takes_pushes,
            call_limits=self.settings.call_limits,
        )

    def _watched(self) -> Facts:
        return Facts(
            linkedin_version=self.linkedin_version,
            intervals=self._defaults().intervals,
            retention=self.settings.retention,
            settle=self.settings.settle,
            channels=tuple(self.teller.channels),
        )

    def _channels(self, tell: Transport | None, post: Post | None) -> dict[Channel, Send]:
        """Where people are told of alerts, as far as it is set."""
        given, found = self.settings, dict[Channel, Send]()
        if given.smtp_url and given.alert_emails:
            server = Smtp(given.smtp_url)
            host = urlsplit(given.base_url).hostname or "localhost"
            found["email"] = Letters(given.alert_emails, server.sender, host, post or server)
        if given.alert_webhook_url:
            way = tell or HttpTransport(read=15.0, total=15.0, most_bytes=1 << 20, peer="the alert webhook")
            found["webhook"] = Hook(given.alert_webhook_url, self.store.deployment.alert_key, way)
        return found

    def _engine_url(self) -> str:
        if self.settings.on_postgres:
            # The engine makes a schema of its own, which the role that only writes rows may not.
            return self.settings.database_owner_url or self.settings.store_url
        return f"sqlite:///{self.settings.home.absolute() / 'engine.db'}"

    def _executor_id(self) -> str:
        """Constant where there is one process; unique per boot where several share a database."""
        return f"{os.uname().nodename}-{uuid4().hex[:8]}" if self.settings.on_postgres else "leadwire"

    def _ago(self, seconds: int) -> str:
        return iso(system_now() - seconds * 1000)  # the engine's rows carry the system's time


def secret_key(settings: Settings) -> str:
    """The key-encryption key: as set, else generated once into HOME (SQLite only)."""
    if settings.secret_key:
        return settings.secret_key
    home = make_home(settings.home)
    path = home / "secret.key"
    if not path.exists():
        path.touch(0o600, exist_ok=False)
        path.write_text(Keyring.generate() + "\n")
    return path.read_text().strip()


def make_home(home: Path) -> Path:
    """HOME, readable by its owner alone."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """One process per HOME. Raises CannotStart with the pid of the one that is there."""
    path = make_home(home) / "lock"
    path.touch(0o600)
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            who = file.read().strip() or "unknown"
            raise CannotStart(
                f"another Leadwire (pid {who}) uses {home}; stop it, or set LEADWIRE_HOME"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
