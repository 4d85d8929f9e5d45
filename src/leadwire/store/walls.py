"""Row-level security of PostgreSQL: the second wall between workspaces.

A transaction says whose it is by `set_config(…, true)`. The setting is NULL in a fresh session and `''` after
a transaction that had set it; both must match nothing.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

WORKSPACE = "leadwire.workspace"
SCOPE = "leadwire.scope"
DEPLOYMENT = "deployment"


def enclose_shared(table: str, column: str = "workspace_id", lookup: bool = False) -> Iterator[str]:
    """DDL for a table in which the rows of all workspaces live; a `lookup` is also open to the deployment."""
    yield from _force(table)
    yield _policy(table, "workspace_only", f"{column} = nullif(current_setting('{WORKSPACE}', true), '')")
    if lookup:
        yield _policy(table, "deployment_too", f"current_setting('{SCOPE}', true) = '{DEPLOYMENT}'")


def enclose_own(table: str, workspace_id: str) -> Iterator[str]:
    """DDL for a table that belongs to one workspace as a whole."""
    yield from _force(table)
    constant = workspace_id.replace("'", "''")
    yield _policy(table, "workspace_only", f"current_setting('{WORKSPACE}', true) = '{constant}'")


UNFORCED = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (n.nspname = 'leadwire' OR starts_with(n.nspname, 'ws_'))
  AND c.relrowsecurity AND c.relforcerowsecurity = :forced ORDER BY 1
"""


def force_all(connection: Connection) -> None:
    """Bind the owner, too, wherever a backup that was cut off, or its dump, left that out."""
    for name in connection.scalars(text(UNFORCED), {"forced": False}).all():
        connection.exec_driver_sql(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


def unforce_all(connection: Connection) -> None:
    """Let the owner see all rows, as its backup must; every other role stays bound."""
    for name in connection.scalars(text(UNFORCED), {"forced": True}).all():
        connection.exec_driver_sql(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")


def declare(connection: Connection, settings: Mapping[str, str]) -> None:
    """Say for the rest of this transaction whose it is."""
    if settings:
        calls = ", ".join(f"set_config('{name}', :{name.rpartition('.')[2]}, true)" for name in settings)
        values = {name.rpartition(".")[2]: value for name, value in settings.items()}
        connection.execute(text(f"SELECT {calls}"), values)


def _force(table: str) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"


def _policy(table: str, name: str, rule: str) -> str:
    return f"CREATE POLICY {name} ON {table} USING ({rule}) WITH CHECK ({rule})"


def admit(schema: str, role: str) -> Iterator[str]:
    """DDL that lets a role work on the rows of a schema, now and later, and own nothing."""
    rights = "SELECT, INSERT, UPDATE, DELETE"
    yield f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"'
    yield f'GRANT {rights} ON ALL TABLES IN SCHEMA "{schema}" TO "{role}"'
    yield f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT {rights} ON TABLES TO "{role}"'


def admit_inside(schema: str, role: str, version_table: str) -> Iterator[str]:
    """`admit`; but the audit only grows, secrets are neither made nor lost, the version is only read."""
    yield from admit(schema, role)
    yield f'REVOKE UPDATE, DELETE ON {schema}.audit FROM "{role}"'
    yield f'REVOKE INSERT, DELETE ON {schema}.secrets FROM "{role}"'
    yield f'REVOKE INSERT, UPDATE, DELETE ON {schema}.{version_table} FROM "{role}"'
