"""Everything that belongs to no workspace, or finds out to which it belongs."""

from sqlalchemy import select

from leadwire.store.alerts import AlertDesk
from leadwire.store.api_keys import ApiKeys
from leadwire.store.budget import Budget
from leadwire.store.credentials import Credentials
from leadwire.store.due import Agenda
from leadwire.store.hooks import HookDesk
from leadwire.store.inbox import InboxDesk
from leadwire.store.one_time import OneTime
from leadwire.store.tenants import Tenants


class Deployment(Tenants, ApiKeys, OneTime, Agenda, Budget, Credentials, HookDesk, InboxDesk, AlertDesk):
    """The deployment's own desk; every call is a transaction of its own."""

    def ping(self) -> None:
        """TryLater if the database does not answer."""
        with self._ground.looking() as connection:
            connection.scalar(select(1))
