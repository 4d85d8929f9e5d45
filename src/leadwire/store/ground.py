"""What the store's doors stand on: one database, its tables, its secrets."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table

from leadwire.store import schema, walls
from leadwire.store.database import Database
from leadwire.store.ids import NewId
from leadwire.store.seal import Keyring
from leadwire.store.vault import Vault, open_vault

DEPLOYMENT: Mapping[str, str] = {walls.SCOPE: walls.DEPLOYMENT}


def inside(workspace_id: str) -> Mapping[str, str]:
    """What row-level security must be told for one workspace."""
    return {walls.WORKSPACE: workspace_id}


@dataclass
class Ground:
    """Shared by the store, its workspaces and the deployment."""

    database: Database
    keys: Keyring
    new_id: NewId
    landed: Callable[[str], None] = lambda workspace_id: None
    _vault: Vault | None = field(default=None, repr=False)

    @property
    def tables(self) -> Mapping[str, Table]:
        """The internal tables."""
        return schema.internal(self.database.dialect)

    def vault(self, connection: Connection) -> Vault:
        """The opened secrets; read once. WrongKey, SchemaTooOld."""
        if self._vault is None:
            self._vault = open_vault(connection, self.tables["secrets"], self.keys)
        return self._vault

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A snapshot in which the lookup tables of all workspaces are seen."""
        with self.database.read(DEPLOYMENT) as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction in which the lookup tables of all workspaces may be written."""
        with self.database.write(DEPLOYMENT) as connection:
            yield connection


class Desk:
    """One part of what the deployment itself does."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def _table(self, name: str) -> Table:
        return self._ground.tables[name]
