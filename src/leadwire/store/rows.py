"""What the store takes and gives: frozen values, never rows of the SQL library.

Times are epoch milliseconds, ids are text, `owner` is the owner's URN text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from leadwire.domain.columns import Column
from leadwire.domain.errors import Problem
from leadwire.domain.project import Cell, Json, Lead
from leadwire.domain.times import Millis

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, newest first; `next` is the cursor of the page behind it, None at the end."""

    items: tuple[T, ...]
    next: str | None


# --- the deployment ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """A tenant; `slug` names its tables' place and never changes."""

    id: str
    slug: str
    name: str
    created_at: Millis


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its text, of which only a hash is stored."""

    id: str
    workspace_id: str
    name: str
    created_at: Millis
    last_used_at: Millis | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key just made; `text` can be shown this once and never again."""

    key: ApiKey
    text: str = field(repr=False)


# --- connections and accounts ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connection:
    """One member's grant, without its tokens; `token_serial` grows with every minting, 0 before the first."""

    id: str
    state: str
    reason: str | None
    scopes: tuple[str, ...]
    member_id: str | None
    member_name: str | None
    access_expires_at: Millis | None
    refresh_expires_at: Millis | None
    has_refresh_token: bool
    minted_at: Millis | None
    granted_at: Millis | None
    refreshed_at: Millis | None
    last_heartbeat_at: Millis | None
    last_heartbeat_method: str | None
    last_heartbeat_result: str | None
    return_url: str | None
    pending_since: Millis | None
    created_at: Millis
    updated_at: Millis
    token_serial: int


@dataclass(frozen=True, slots=True)
class Beat:
    """What LinkedIn was asked about a grant, and whether it lives. `method`: `/v2/me`, `/v2/userinfo` or
    `introspection`; `result`: `ok`, `ended`, `no_answer`, `odd_answer`.
    """

    at: Millis
    method: str
    result: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The secrets of a connection as minted by LinkedIn; no scopes named: those it had."""

    access_token: str = field(repr=False)
    access_expires_at: Millis
    minted_at: Millis
    refresh_token: str | None = field(default=None, repr=False)
    refresh_expires_at: Millis | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What LinkedIn says of an account."""

    owner: str
    id: str
    name: str
    status: str
    serving_statuses: tuple[str, ...] = ()
    type: str | None = None
    currency: str | None = None
    test: bool = False
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What one connection may do for one account, as last checked."""

    connection_id: str
    owner: str
    role: str | None
    organization_roles: tuple[str, ...]
    can_read: str
    problems: tuple[Problem, ...]
    checked_at: Millis


@dataclass(frozen=True, slots=True)
class Sync:
    """What the people want of an account; `poll_interval` None inherits, `lead_types` () is all."""

    enabled: bool = False
    push: bool = False
    poll_interval: Millis | None = None
    lead_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """An owner of leads; `access` is the best one of a living connection, None where there is none."""

    facts: AccountFacts
    sync: Sync
    access: Access | None
    seen_at: Millis
    sync_changed_at: Millis | None
    removed_at: Millis | None

    @property
    def owner(self) -> str:
        """The URN, which is the account's key everywhere."""
        return self.facts.owner


# --- forms and leads ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """A lead form as last seen; `table` is the name to type into an SQL tool, `table_name` the bare one."""

    form_id: str
    owner: str
    name: str
    state: str
    version: int
    locale: str | None
    table_name: str
    table: str
    created_at: Millis | None
    modified_at: Millis | None
    checked_at: Millis
    last_seen_at: Millis


@dataclass(frozen=True, slots=True)
class FormBody:
    """One form version's bytes as received."""

    form_id: str
    version: int
    raw: bytes
    fetched_at: Millis
    reconstructed: bool


@dataclass(frozen=True, slots=True)
class FormTable:
    """Where the leads of a form land: the bare table name and its columns behind the fixed ones."""

    form_id: str
    table_name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class LandedLead:
    """A lead ready to be written; `cells` are keyed by column name, times lie in the years 1 to 9999."""

    lead: Lead
    cells: Mapping[str, Cell]
    extras: Mapping[str, Json]
    raw: bytes
    digest: bytes
    received_via: str
    issued_at: Millis


@dataclass(frozen=True, slots=True)
class StoredLead:
    """A lead as people see it; `answers` and `extras` are None once deleted, else keyed by column name."""

    lead_id: str
    form_id: str
    form_version: int
    owner: str
    lead_type: str
    submitted_at: Millis
    test_lead: bool
    campaign_id: str | None
    creative_id: str | None
    associated_entity: str | None
    received_via: str
    stored_at: Millis
    deleted_at: Millis | None
    missing_since: Millis | None
    answers: Mapping[str, Cell] | None
    extras: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True)
class RawLead:
    """The record itself: what a rebuild projects again."""

    lead_id: str
    owner: str
    lead_type: str
    form_id: str
    form_version: int
    raw: bytes
    digest: bytes
    received_via: str
    issued_at: Millis


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads; None does not narrow. `since` inclusive, `until` exclusive, of submission time."""

    form_id: str | None = None
    owner: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    test: bool | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class LeadCount:
    """Leads of one form: all rows kept, and how many of them are tests or deleted; `newest` by submission."""

    form_id: str
    total: int
    test: int
    deleted: int
    newest: Millis | None


# --- work ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run is to do. None: `until` an open end, `form_id` all forms, `lead_type` all types."""

    owner: str
    kind: str
    lead_type: str | None = None
    form_id: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class RunCounters:
    """What a run has done so far, or, given to `progress`, what it has done more."""

    read: int = 0
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One pull: its plan, how far it came, and how it ended."""

    id: str
    plan: RunPlan
    state: Literal["queued", "running", "done", "failed"]
    counters: RunCounters
    error: str | None
    cursor: Mapping[str, Json] | None
    horizon: Millis | None
    attempts: int
    epoch: int
    created_at: Millis
    started_at: Millis | None
    finished_at: Millis | None
    next_try_at: Millis | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What did not fit: a field (`column` and `lead_id` known) or a whole lead, with the bytes that tell."""

    level: Literal["field", "lead"]
    owner: str
    lead_type: str
    reason: str
    raw: bytes
    digest: bytes
    lead_id: str | None = None
    form_id: str | None = None
    form_version: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """One odd value of one lead, told from another in the same place by the digest of its bytes."""

    lead_id: str
    column: str | None
    digest: bytes


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A trouble on record; `value` is what a person gave to put in its place."""

    id: str
    trouble: Trouble
    state: Literal["open", "resolved"]
    value: Json
    first_seen: Millis
    last_seen: Millis
    attempts: int
    resolved_at: Millis | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which object; `detail` carries no personal data."""

    id: str
    at: Millis
    actor: str
    action: str
    object: str
    detail: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went, by kind (`leads`, `forms`, `runs`, …); zeros where nothing was there."""

    counts: Mapping[str, int]
