"""PostgreSQL: the rows' role in a pool, the owner's role on connections of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import ProgrammingError

from leadwire.store.database import passing_troubles
from leadwire.store.desk_rows import Facts
from leadwire.store.errors import NotReached
from leadwire.store.walls import declare

APP_ROLE = "leadwire_app"
STATEMENT_LIMIT = 60  # seconds; no statement of ours on rows takes one
# A server that has gone without a word is given up: libpq alone would wait for the kernel's quarter of an hour.
REACHES = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 15_000,  # milliseconds that something sent may stay without an acknowledgement
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
OWNERS_TURN = 0x6C656164  # "lead": the advisory lock under which schemas change
# PostgreSQL 16 split membership: only the SET option lets a role be taken on.
MAY_TAKE_ON = """
SELECT {what} FROM pg_roles WHERE rolname = :role AND pg_has_role(current_user, oid,
  CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
"""
CREATE_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
    CREATE ROLE {APP_ROLE} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
WHO = """
SELECT current_user, rolsuper OR rolbypassrls,
  EXISTS (SELECT FROM pg_tables WHERE schemaname = 'leadwire' AND tableowner = current_user)
FROM pg_roles WHERE rolname = current_user
"""

# What libpq and the server say, and what it means to who must put it right; the first sign that fits.
CAUSES = (
    ("password authentication failed", "the password is wrong, or there is no such user"),
    ("no password supplied", "a password is needed; write it into the URL, user:password@host"),
    ("no pg_hba.conf entry", "the server lets this user in from this machine nowhere (its pg_hba.conf)"),
    ('role "', "there is no such user, or it may not log in"),
    ('database "', "there is no such database, or this user may not connect to it; createdb makes one"),
    ("too many clients", "the server has no connection left (its max_connections)"),
    ("remaining connection slots", "the server has no connection left (its max_connections)"),
    ("starting up", "the server is just starting"),
    ("shutting down", "the server is being stopped"),
    ("Connection refused", "refused: no server listens there"),
    ("No such file or directory", "no server listens at this socket"),
    ("resolve host", "unknown host: the name leads nowhere"),
    ("translate host name", "unknown host: the name leads nowhere"),
    ("Name or service not known", "unknown host: the name leads nowhere"),
    ("timeout expired", "no answer: a wrong address, or a firewall between"),
    ("unreachable", "no way there: a wrong address, or no network"),
    ("closed the connection", "it hung up before it let us in; see its log"),
    ("SSL", "the server and the URL do not agree on TLS (sslmode)"),
)

# The tables that answers were in: those people read, and of ours the ones that keep bytes or words.
HOLD_LEADS = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname = :schema
  OR schemaname = 'leadwire' AND tablename IN ('ledger', 'quarantine', 'inbox', 'absences')
"""


class Postgres:
    """The engines of one PostgreSQL database.

    Without an owner's URL the one login role owns; rows are worked on as `leadwire_app`, taken on at connect.
    """

    dialect = "postgresql"

    def __init__(self, url: URL, owner_url: URL | None, patience: float) -> None:
        self._two_logins = owner_url is not None
        self._app = _engine(
            url, patience, pool_size=8, max_overflow=8, pool_pre_ping=True, pool_timeout=patience
        )
        self._snapshots = self._app.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._owner = _engine(owner_url or url, patience, poolclass=NullPool)
        self._single = _engine(url, patience, poolclass=NullPool).execution_options(
            isolation_level="AUTOCOMMIT"
        )
        if not self._two_logins:
            event.listen(self._app, "connect", _take_on_app_role)

    @contextmanager
    def read(self, settings: Mapping[str, str]) -> Iterator[Connection]:
        """See Database."""
        with passing_troubles(), self._snapshots.begin() as connection:
            declare(connection, settings)
            yield connection

    @contextmanager
    def write(self, settings: Mapping[str, str], urgent: bool = False) -> Iterator[Connection]:
        """See Database. PostgreSQL lets many write at once, so urgency needs no turn."""
        with passing_troubles(), self._app.begin() as connection:
            declare(connection, settings)
            yield connection

    @contextmanager
    def own(self, settings: Mapping[str, str]) -> Iterator[Connection]:
        """See Database."""
        with passing_troubles(), self._owner.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": OWNERS_TURN})
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            declare(connection, settings)
            yield connection

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """See Database. The session ends with the block or with the process, and the lock with it."""
        with passing_troubles(), self._single.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": name})
            yield

    def grantee(self) -> str | None:
        """See Database. Makes the role where there is one login and it may make roles."""
        if self._two_logins:
            with self.read({}) as connection:
                return str(connection.scalar(text("SELECT current_user")))
        with passing_troubles():
            # Who may make no roles goes on without: FORCE ROW LEVEL SECURITY still holds.
            with suppress(ProgrammingError), self._owner.begin() as connection:
                _make_app_role(connection)
            with self._owner.begin() as connection:
                role: str | None = connection.scalar(
                    text(MAY_TAKE_ON.format(what="rolname")), {"role": APP_ROLE}
                )
        return role

    def forget_connections(self) -> None:
        """See Database. Those made before the rows' role existed would go on without it."""
        self._app.dispose()

    def scrub(self, schema: str | None) -> bool:
        """See Database. VACUUM lets the space be used again; the bytes go when it is, or with VACUUM FULL."""
        with passing_troubles(), self._owner.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("SET statement_timeout = 0"))
            for name in connection.scalars(text(HOLD_LEADS), {"schema": schema}).all():
                connection.exec_driver_sql(f"VACUUM {name}")
        return True

    def facts(self) -> Facts:
        """See Database."""
        with self.read({}) as connection:
            version = str(connection.scalar(text("SHOW server_version")))
            role, passes_walls, owns = connection.execute(text(WHO)).one()
        return Facts("postgresql", version, None, role, tuple(_warnings(role, passes_walls, owns)))

    def close(self) -> None:
        """See Database."""
        for engine in (self._app, self._owner, self._single):
            engine.dispose()


def _engine(url: URL, patience: float, **options: Any) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # a traceback must not carry a lead
        query_cache_size=2000,
        connect_args={"application_name": "leadwire", **REACHES},
        **options,
    )

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, arguments: Any, parameters: Any
    ) -> psycopg.Connection[Any]:
        try:
            return psycopg.connect(*arguments, **parameters)
        except psycopg.OperationalError as error:
            raise NotReached(_unreached(url, error)) from None

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute("SELECT set_config('timezone', 'UTC', false)")
        connection.execute(f"SET statement_timeout = '{STATEMENT_LIMIT}s'")
        connection.execute(f"SET lock_timeout = '{int(patience * 1000)}ms'")
        connection.commit()

    return engine


def _unreached(url: URL, error: psycopg.OperationalError) -> str:
    """Where to and why not; the password stands in neither."""
    said = str(error)
    host = url.query.get("host") or url.host or "this machine"
    login = f", as {url.username}" if url.username else ""
    where = f"PostgreSQL at {host}:{url.port or 5432}, database {url.database or url.username}{login}"
    words = next((words for sign, words in CAUSES if sign in said), said.strip().partition("\n")[0])
    return f"{where}: {words}"


def _take_on_app_role(connection: Any, _record: object) -> None:
    # Session-wide and committed, so that no rollback at the pool's door brings the owner back.
    statement = MAY_TAKE_ON.format(what="set_config('role', rolname, false)").replace(":role", "%s")
    connection.execute(statement, (APP_ROLE,))
    connection.commit()


def _make_app_role(connection: Connection) -> None:
    connection.execute(text(CREATE_ROLE))
    if connection.scalar(text(MAY_TAKE_ON.format(what="1")), {"role": APP_ROLE}) is None:
        split = connection.dialect.server_version_info >= (16,)  # type: ignore[operator]
        option = " WITH SET TRUE, INHERIT FALSE" if split else ""
        connection.execute(text(f"GRANT {APP_ROLE} TO CURRENT_USER{option}"))


def _warnings(role: str, passes_walls: bool, owns: bool) -> Iterator[str]:
    if passes_walls:
        yield f"Row-level security does not bind the role {role}: the program alone keeps workspaces apart."
    if owns:
        yield (
            f"The database role {role} owns the tables it works on, because no role {APP_ROLE} could be made."
            " Row-level security is forced; a separate DATABASE_OWNER_URL is better."
        )
