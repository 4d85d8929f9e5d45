"""One running Leadwire: opened, set to work, wound down, closed; and what its web door may touch."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from uuid import uuid4

import structlog

from leadwire import graves
from leadwire.clocks import system_now
from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import HOUR, iso
from leadwire.home import make_home
from leadwire.jobs import Job, Work
from leadwire.rooms import Rooms, Ways
from leadwire.setting_values import is_loopback
from leadwire.settings import Settings, SettingsError
from leadwire.watch.hook import secret_text
from leadwire.web.services import Deployment, Services
from leadwire.worker import DbosEngine

log = structlog.get_logger()


class App(Rooms):
    """One Leadwire from its start to its end. `ways` to the outside are the real ones where none are given."""

    def __init__(self, settings: Settings, ways: Ways | None = None) -> None:
        super().__init__(settings, ways or Ways())
        self.local_key = secrets.token_urlsafe(24)
        self._swept_at = 0

    def open(self) -> None:
        """Bring the database to the present schema. Raises what the store says against it."""
        self.store.migrate(self.now())
        self._take_on_key()
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

    def _take_on_key(self) -> None:
        """Seal anew what an older key sealed, so that it can be removed. Killed here, the next start goes on."""
        sealed = self.store.deployment.reseal()
        if sealed:
            log.info("resealed", values=sealed)

    def _keep_buried(self) -> None:
        """A database that somebody put an old copy in the place of has not heard of what was erased since."""
        marks = graves.complete(make_home(self.settings.home), self.store.marks())
        self.store.bury(marks)

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
            save_app_keys=self.save_app_keys,
            hook_tokens=lambda: self.hook_tokens,
            alert_secret=lambda: secret_text(self.store.deployment.alert_key()),
            pushed=lambda owners: self.drain.wake(),
            admin_tokens=tokens,
            news=self.news,
        )

    def facts(self) -> dict[str, object]:
        """What `doctor` and `/status` say of this deployment; no secrets."""
        stored = self.store.facts()
        return {
            "database": stored.dialect,
            "database_version": stored.server_version,
            "schema_version": stored.schema_version,
            "app_role": stored.app_role,
            "warnings": list(stored.warnings),
            "sealing": asdict(self.store.deployment.sealing()),
            "redirect_uri": self.consent.redirect_uri,
            "scopes": list(self.settings.linkedin_scopes),
            "client_id": keys.client_id if (keys := self.app_keys()) else None,
        }

    def _write_counts(self) -> Iterator[Job]:
        self.board.flush()
        return iter(())

    def _sweep(self) -> Iterator[Job]:
        if self.now() - self._swept_at >= HOUR:
            self._swept_at = self.now()
            self.store.deployment.sweep_inbox(self._swept_at)
        return iter(())

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
