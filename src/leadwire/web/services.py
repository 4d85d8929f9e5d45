"""What the web door is given by `app`: everything it may touch, and nothing that it would have to look up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from leadwire.connect.consent import Consent
from leadwire.connect.hook_tokens import HookTokens
from leadwire.connect.line import AppKeys, no_app
from leadwire.domain.times import Millis
from leadwire.duties import Duties
from leadwire.erasure import Erasure
from leadwire.ingest.absence import Confirm
from leadwire.ingest.repair import Repair
from leadwire.ingest.tables import Desks
from leadwire.orders import Orders
from leadwire.store import Store
from leadwire.subscriptions import Subscriptions
from leadwire.teardown import Teardown
from leadwire.watch.duty import Watch
from leadwire.web.news import News
from leadwire.web.thrift import Thrift


@dataclass(frozen=True)
class Deployment:
    """What pages and `doctor` show of the configuration; no secrets."""

    version: str
    public_url: str
    linkedin_api_url: str
    linkedin_version: str
    emulated: bool
    takes_pushes: bool  # LinkedIn can reach the hook
    alert_emails: tuple[str, ...]
    alert_webhook: str | None
    facts: Callable[[], Mapping[str, object]]


@dataclass(frozen=True)
class Services:
    store: Store
    consent: Consent
    orders: Orders
    duties: Duties
    subscriptions: Subscriptions
    watch: Watch
    teardown: Teardown
    erasure: Erasure
    confirm: Confirm
    repair: Repair
    desks: Desks
    now: Callable[[], Millis]
    deployment: Deployment
    app_keys: Callable[[], AppKeys | None]  # None: nobody has set the LinkedIn app up yet
    save_app_keys: Callable[[str, str], None]
    hook_tokens: Callable[[], HookTokens]
    alert_secret: Callable[[], str]  # of the alert webhook's signature
    admin_tokens: tuple[str, ...] = field(repr=False)  # deployment keys; compared in constant time
    # Told after the commit whose pushes (workspace, owner) lie in the inbox; from a thread of the door.
    pushed: Callable[[Set[tuple[str, str]]], None] = lambda owners: None
    news: News = field(default_factory=News)
    dear: Thrift = field(default_factory=Thrift)

    def need_app(self) -> None:
        """Raises Conflict `no_linkedin_app` while nobody has set the LinkedIn app up."""
        if self.app_keys() is None:
            raise no_app()
