"""One workspace: what is named here cannot be another's."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property

from sqlalchemy import Connection

from leadwire.domain.columns import PREDEFINED_FIELDS
from leadwire.store import shape
from leadwire.store.accounts import Accounts
from leadwire.store.audit import Audit
from leadwire.store.alerts import Alerts, Notices
from leadwire.store.connections import Connections
from leadwire.store.coverage import Coverage
from leadwire.store.due import Schedule
from leadwire.store.erasing import Erasing
from leadwire.store.forms import Forms
from leadwire.store.ground import Ground, inside
from leadwire.store.hooks import Hooks
from leadwire.store.inbox import Inbox
from leadwire.store.leads import Leads
from leadwire.store.mappings import Mappings
from leadwire.store.one_time import Links
from leadwire.store.place import Place, place
from leadwire.store.purging import purge
from leadwire.store.quarantine import Quarantine
from leadwire.store.rows import FormTable, Purged, WorkspaceInfo
from leadwire.store.runs import Runs
from leadwire.store.scope import Scope
from leadwire.store.settings import Settings
from leadwire.store.webhooks import Webhooks


class Workspace:
    """The handle of one workspace; holds no connection."""

    def __init__(self, ground: Ground, info: WorkspaceInfo) -> None:
        self._ground = ground
        self.info = info
        self.place: Place = place(ground.database.dialect, info.slug)

    @property
    def id(self) -> str:
        """The workspace's id."""
        return self.info.id

    @property
    def slug(self) -> str:
        """What its tables' place is called."""
        return self.info.slug

    @property
    def name(self) -> str:
        """What people call it."""
        return self.info.name

    @contextmanager
    def read(self) -> Iterator["Tx"]:
        """One snapshot; nothing can be written. TryLater."""
        with self._ground.database.read(inside(self.id)) as connection:
            yield Tx(self._scope(connection, False))

    @contextmanager
    def write(self, urgent: bool = False) -> Iterator["Tx"]:
        """One transaction: all of it is kept, or none after an exception. Urgent ones go first. TryLater."""
        with self._ground.database.write(inside(self.id), urgent) as connection:
            scope = self._scope(connection, True)
            yield Tx(scope)
        if scope.lands:
            self._ground.landed(self.id)

    @contextmanager
    def shape(self) -> Iterator["ShapeTx"]:
        """One transaction of the owner's role: DDL, and the mapping, which must change with its view. TryLater."""
        with self._ground.database.own(inside(self.id)) as connection:
            yield ShapeTx(self._scope(connection, True))

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Hold a name of this workspace that no other thread or process holds. TryLater."""
        return self._ground.database.alone(f"{self.id}:{name}")

    def _scope(self, connection: Connection, writes: bool) -> Scope:
        vault = self._ground.vault(connection)
        return Scope(connection, self.id, self.place, self._ground.tables, vault, self._ground.new_id, writes)


class ShapeTx:
    """Shapes of form tables, additive; and of the view `contacts`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._connection = scope.connection

    @cached_property
    def mappings(self) -> Mappings:
        """What stands behind `contacts`, and the view itself."""
        return Mappings.within(self._scope)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self._scope)

    def plan_form(self, form: FormTable) -> list[str]:
        """The DDL that is missing for the form's table, not run; [] if it is up to date."""
        return shape.plan_form(self._connection, self._scope.place, self._scope.workspace_id, form)

    def shape_form(self, form: FormTable) -> list[str]:
        """Run the plan; what was run. A predefined field that is new to us all becomes a column of `contacts`."""
        done = shape.run(self._connection, self.plan_form(form))
        if any(column.predefined_field not in (None, *PREDEFINED_FIELDS) for column in form.columns):
            self.mappings.make()
        return done

    def drop_form(self, table_name: str) -> None:
        """Remove a form's table with every lead in it; harmless if there is none."""
        shape.run(self._connection, shape.drop_form(self._connection, self._scope.place, table_name))


class Tx:
    """One transaction in one workspace; each attribute is a drawer of it."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def plan_form(self, form: FormTable) -> list[str]:
        """See ShapeTx.plan_form."""
        return shape.plan_form(self._scope.connection, self._scope.place, self._scope.workspace_id, form)

    @cached_property
    def connections(self) -> Connections:
        """Grants and tokens."""
        return Connections(self._scope)

    @cached_property
    def links(self) -> Links:
        """One-time texts."""
        return Links(self._scope)

    @cached_property
    def accounts(self) -> Accounts:
        """Owners of leads."""
        return Accounts(self._scope)

    @cached_property
    def forms(self) -> Forms:
        """Forms, versions, columns."""
        return Forms(self._scope)

    @cached_property
    def leads(self) -> Leads:
        """Leads."""
        return Leads(self._scope)

    @cached_property
    def erasing(self) -> Erasing:
        """Taking leads back out."""
        return Erasing(self._scope)

    @cached_property
    def coverage(self) -> Coverage:
        """What has been read completely."""
        return Coverage(self._scope)

    @cached_property
    def runs(self) -> Runs:
        """Pulls."""
        return Runs(self._scope)

    @cached_property
    def quarantine(self) -> Quarantine:
        """What did not fit."""
        return Quarantine(self._scope)

    @cached_property
    def settings(self) -> Settings:
        """Live settings."""
        return Settings(self._scope)

    @cached_property
    def mappings(self) -> Mappings:
        """What stands behind the view `contacts`."""
        return Mappings.within(self._scope)

    @cached_property
    def schedule(self) -> Schedule:
        """What happens later or again."""
        return Schedule(self._scope)

    @cached_property
    def hooks(self) -> Hooks:
        """The addresses LinkedIn was given."""
        return Hooks(self._scope)

    @cached_property
    def inbox(self) -> Inbox:
        """What LinkedIn pushed."""
        return Inbox(self._scope)

    @cached_property
    def webhooks(self) -> Webhooks:
        """What LinkedIn is to tell us of."""
        return Webhooks(self._scope)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self._scope)

    def purge(self, owner: str) -> Purged:
        """Remove everything of an owner but the account itself; see `purging`."""
        return purge(self._scope, owner)
    @cached_property
    def alerts(self) -> Alerts:
        """What people are told of."""
        return Alerts(self._scope)

    @cached_property
    def notices(self) -> Notices:
        """What of it is sent."""
        return Notices(self._scope)

