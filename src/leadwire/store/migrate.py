"""Bringing a database to this program's schema, and refusing one that is not at it."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, select, text

from leadwire.domain.times import Millis
from leadwire.store import schema, shape, walls
from leadwire.store.database import Database
from leadwire.store.errors import SchemaTooNew, SchemaTooOld
from leadwire.store.ground import DEPLOYMENT, inside
from leadwire.store.mappings import Mappings
from leadwire.store.place import place
from leadwire.store.seal import Keyring
from leadwire.store.vault import Vault, make_vault, open_vault

HERE = Path(__file__).parent / "migrations"
VERSION_TABLE = "_schema_version"
# Alembic keeps its context in module globals.
ONE_AT_A_TIME = threading.Lock()


def migrate(database: Database, keys: Keyring, now: Millis) -> Vault:
    """Bring the schema to head, make missing places, let the rows' role in, and open the vault.

    Any number of processes may do it at once. SchemaTooNew and WrongKey leave everything as it was.
    """
    grantee = database.grantee()
    tables = schema.internal(database.dialect)
    with ONE_AT_A_TIME, database.own(DEPLOYMENT) as connection:
        refuse_newer(connection)
        _upgrade(connection, now)
        make_vault(connection, tables["secrets"], keys)
        vault = open_vault(connection, tables["secrets"], keys)
        _make_places(connection, tables["workspaces"], grantee)
        if database.dialect == "postgresql":
            walls.force_all(connection)
        if grantee:
            shape.run(connection, walls.admit_inside(schema.SCHEMA, grantee, VERSION_TABLE))
    database.forget_connections()
    return vault


def refuse_newer(connection: Connection) -> None:
    """SchemaTooNew if the database knows a revision that this program does not."""
    known = {revision.revision for revision in ScriptDirectory(str(HERE)).walk_revisions()}
    unknown = set(_context(connection).get_current_heads()) - known
    if unknown:
        raise SchemaTooNew(
            f"The database is at schema {', '.join(sorted(unknown))}, which this Leadwire does not know."
            " Run the newer Leadwire, or restore the backup made before the upgrade."
        )


def refuse_other(connection: Connection) -> None:
    """SchemaTooNew or SchemaTooOld unless the database is at this program's head."""
    refuse_newer(connection)
    if current(connection) != ScriptDirectory(str(HERE)).get_current_head():
        raise SchemaTooOld("The database is at an older schema: start Leadwire with its owner's role once.")


def current(connection: Connection) -> str | None:
    """The revision the database is at."""
    return _context(connection).get_current_revision()


def _upgrade(connection: Connection, now: Millis, revision: str = "head") -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema.SCHEMA}"))
    config = Config(attributes={"now": now, "configure": {"connection": connection, **_where(connection)}})
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    command.upgrade(config, revision)


def _make_places(connection: Connection, workspaces: Table, grantee: str | None) -> None:
    for workspace_id, slug in connection.execute(select(workspaces.c.id, workspaces.c.slug)).all():
        home = place(connection.dialect.name, slug)
        if home.schema:
            walls.declare(connection, inside(workspace_id))
        shape.run(connection, shape.make_place(connection, home, workspace_id, grantee))
        Mappings(connection, home, workspace_id).set_up()


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts=_where(connection))


def _where(connection: Connection) -> dict[str, str]:
    at = {"version_table": VERSION_TABLE}
    return at | {"version_table_schema": schema.SCHEMA} if connection.dialect.name == "postgresql" else at
