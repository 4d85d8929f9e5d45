"""The composition root: settings in, the rooms of one Leadwire out, each made from those below it when first asked for.

Clock, ids and dice come from here; nothing below reads a clock, rolls a die or sleeps.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from urllib.parse import urlsplit
from uuid import uuid4

from leadwire import graves
from leadwire.agenda import Agenda, ItemHandler, job_for
from leadwire.clocks import Clock, EmulatorClock, system_now
from leadwire.connect.consent import Consent
from leadwire.connect.hook_tokens import HookTokens
from leadwire.connect.line import AppKeys, Line, Switchboard, no_app
from leadwire.connect.webhooks import KIND, Registry, Site
from leadwire.domain.absence import Rule
from leadwire.domain.alerts import KIND as WATCH
from leadwire.domain.alerts import TELLING
from leadwire.drain import Drain
from leadwire.duties import Defaults, Duties
from leadwire.erasure import Erasure
from leadwire.home import make_home, secret_key
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
from leadwire.jobs import Engine
from leadwire.linkedin.client import Api, HttpTransport, Knock, Transport
from leadwire.linkedin.versions import newest_known
from leadwire.orders import Orders
from leadwire.settings import Settings
from leadwire.store import Keyring, Mark, Store, Workspace
from leadwire.store.alerts import Channel
from leadwire.store.ids import NewId, new_id
from leadwire.subscriptions import Subscriptions
from leadwire.teardown import Teardown
from leadwire.watch.duty import Watch
from leadwire.watch.hook import Hook
from leadwire.watch.mail import Letters, Post, Smtp
from leadwire.watch.message import Send
from leadwire.watch.telling import Teller
from leadwire.watch.view import Facts
from leadwire.web.news import News

INTERVALS = ("poll", "forms", "heartbeat", "verdict", "reconcile")


@dataclass(frozen=True)
class Ways:
    """How the outside is reached: LinkedIn, our own public address, the alert webhook, the mail server, time, chance.

    What is None is the real thing.
    """

    linkedin: Transport | None = None
    knock: Knock | None = None
    tell: Transport | None = None
    post: Post | None = None
    now: Clock | None = None
    dice: Callable[[], float] = random.random
    new_id: NewId = new_id


class Rooms:
    """The rooms of one Leadwire; what is asked for first has its ground made first."""

    def __init__(self, settings: Settings, ways: Ways) -> None:
        self.settings, self._ways = settings, ways
        self._transport = ways.linkedin or HttpTransport()
        emulated = settings.clock == "emulator"
        self.now: Clock = ways.now or (
            EmulatorClock(self._transport, settings.linkedin_api_url) if emulated else system_now
        )
        self.store = Store.open(
            settings.store_url,
            keys=Keyring.parse(secret_key(settings)),
            owner_url=settings.database_owner_url,
            new_id=ways.new_id,
        )
        self.linkedin_version = settings.linkedin_version or newest_known()
        self.engine: Engine | None = None  # while this process works

    # --- the ground -----------------------------------------------------------------------------------------

    @cached_property
    def news(self) -> News:
        """Who waits for leads to land."""
        news = News()
        self.store.when_landed(news.tell)
        return news

    @cached_property
    def hook_tokens(self) -> HookTokens:
        """What makes and reads the addresses given to LinkedIn; the database is open."""
        return HookTokens(self.store.deployment.hook_key())

    def app_keys(self) -> AppKeys | None:
        """The LinkedIn app: from the environment, else as typed into set-up."""
        if self.settings.linkedin_client_id and self.settings.linkedin_client_secret:
            return AppKeys(self.settings.linkedin_client_id, self.settings.linkedin_client_secret)
        saved = self.store.deployment.app_credentials()
        return AppKeys(saved.client_id, (saved.client_secret,)) if saved else None

    def save_app_keys(self, client_id: str, client_secret: str) -> None:
        """Keep what was typed into set-up."""
        self.store.deployment.save_app_credentials(client_id, client_secret, self.now())

    def _required_keys(self) -> AppKeys:
        keys = self.app_keys()
        if keys is None:
            raise no_app()
        return keys

    @property
    def defaults(self) -> Defaults:
        """The deployment's own settings, where nothing nearer says otherwise."""
        given = self.settings
        return Defaults(
            intervals={f"{name}_interval": getattr(given, f"{name}_interval") for name in INTERVALS},
            public_https=given.takes_pushes,
            call_limits=given.call_limits,
        )

    # --- permission -----------------------------------------------------------------------------------------

    @cached_property
    def board(self) -> Switchboard:
        """Lines to LinkedIn."""
        given = self.settings
        api = Api(
            self._transport,
            given.linkedin_api_url,
            given.linkedin_oauth_url,
            self.linkedin_version,
            f"leadwire/{version('leadwire')}",
        )
        return Switchboard(self.store, api, self._required_keys, self.now, self._ways.dice)

    @cached_property
    def consent(self) -> Consent:
        """The dance that brings a grant."""
        return Consent(
            self.board,
            oauth_url=self.settings.linkedin_oauth_url,
            public_url=self.settings.base_url,
            scopes=self.settings.linkedin_scopes,
            return_origins=self.settings.return_origins,
            secret_text=lambda: secrets.token_urlsafe(32),
        )

    def line_for(self, workspace: Workspace, owner: str) -> Line:
        """See `Duties.line_for`."""
        return self.duties.line_for(workspace, owner)

    def _able(self, workspace: Workspace, owner: str) -> bool:
        return self.duties.able(workspace, owner)

    # --- leads in -------------------------------------------------------------------------------------------

    @cached_property
    def desks(self) -> Desks:
        """Forms, their columns and tables."""
        return Desks(self.now)

    @cached_property
    def walker(self) -> Walker:
        """One run, page by page."""
        return Walker(self.desks, self.now, settle=self.settings.settle, retention=self.settings.retention)

    @cached_property
    def reader(self) -> Reader:
        """One turn of reading, a second reading among them."""
        retention = self.settings.retention
        sweep = Sweep(self.desks, self.now, self._able, settle=self.settings.settle)
        carries = {reconcile.KIND: Reconciler(sweep, self._able, self.now, retention).go}
        return Reader(self.walker, self.line_for, self.now, self._ways.dice, retention, carries)

    @cached_property
    def drain(self) -> Drain:
        """The inbox."""
        return Drain(self.store, Fetch(self.desks, self.line_for, self.now).turn, self.now)

    @cached_property
    def repair(self) -> Repair:
        """The quarantine."""
        return Repair(self.desks, self.line_for, self.now)

    @cached_property
    def confirm(self) -> Confirm:
        """What LinkedIn does not show any more."""
        rule = Rule(self.settings.delete_confirm_after, self.settings.delete_max_age)
        return Confirm(self.desks, self.line_for, self.now, rule, self._bury)

    def _bury(self, marks: Sequence[Mark]) -> None:
        graves.append(make_home(self.settings.home), marks)

    # --- what is due, and what people ask for ---------------------------------------------------------------

    @cached_property
    def duties(self) -> Duties:
        """What each kind of due work means."""
        return Duties(self.board, self.reader, self.desks, self.defaults, self.now)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """What LinkedIn is to push to us."""
        site = Site(self.settings.base_url, self.settings.takes_pushes, lambda: self.hook_tokens)
        return Subscriptions(
            self.duties,
            self.board,
            Registry(site, self.now),
            self._ways.knock or HttpTransport(read=10.0, total=15.0, peer="the address"),
            self.now,
            time.monotonic,
            lambda: str(uuid4()),
        )

    @cached_property
    def orders(self) -> Orders:
        """What people and programs ask for."""
        return Orders(
            self.consent,
            self.duties,
            self.subscriptions,
            self.now,
            self.ring,
            self.settings.retention,
            self.settings.settle,
        )

    @cached_property
    def teardown(self) -> Teardown:
        """The end of accounts, connections and workspaces."""
        return Teardown(self.orders, self.board, self.desks, self.now)

    @cached_property
    def erasure(self) -> Erasure:
        """Forgetting on request."""
        return Erasure(self._bury, self.now)

    @cached_property
    def watch(self) -> Watch:
        """What people should know."""
        facts = Facts(
            linkedin_version=self.linkedin_version,
            intervals=self.defaults.intervals,
            retention=self.settings.retention,
            settle=self.settings.settle,
            channels=tuple(self.teller.channels),
        )
        return Watch(self.store, facts, self.now)

    @cached_property
    def teller(self) -> Teller:
        """Telling them."""
        return Teller(self._channels(), self.settings.base_url, self.now)

    def _channels(self) -> dict[Channel, Send]:
        """Where people are told of alerts, as far as it is set."""
        given, ways, found = self.settings, self._ways, dict[Channel, Send]()
        if given.smtp_url and given.alert_emails:
            server = Smtp(given.smtp_url)
            host = urlsplit(given.base_url).hostname or "localhost"
            found["email"] = Letters(given.alert_emails, server.sender, host, ways.post or server)
        if given.alert_webhook_url:
            way = ways.tell or HttpTransport(
                read=15.0, total=15.0, most_bytes=1 << 20, peer="the alert webhook"
            )
            found["webhook"] = Hook(given.alert_webhook_url, self.store.deployment.alert_key, way)
        return found

    @cached_property
    def agenda(self) -> Agenda:
        """Everything that happens later or again."""
        kinds: Mapping[str, ItemHandler] = {
            **self.duties.kinds(),
            KIND: self.subscriptions.duty,
            CONFIRM: self.confirm.duty,
            SCRUB: self.erasure.scrub,
            WATCH: self.watch.duty,
            TELLING: self.teller.duty,
        }
        return Agenda(self.store, kinds, self.now, time.monotonic)

    def ring(self, shards: Iterable[int]) -> None:
        """Wake the workers for these shards; elsewhere the next tick finds the work."""
        if self.engine is not None:
            now = self.now()
            self.engine.submit([job_for(shard, now, now) for shard in set(shards)])
