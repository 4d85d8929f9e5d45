"""Tables of forms, leads, and of how they were read."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from leadwire.store.schema_kit import PLAIN, WORDS, key, may, need, of_workspace, word, word_index
from leadwire.store.types import Json, flag

Table(
    "forms",
    PLAIN,
    *of_workspace("form_id"),
    need("owner"),
    need("name"),
    need("state"),
    need("version", Integer),
    may("locale"),
    need("table_name"),
    may("created_at", BigInteger),
    may("modified_at", BigInteger),
    need("checked_at", BigInteger),
    need("last_seen_at", BigInteger),
    Index("_ix_forms_owner", "workspace_id", "owner"),
)
Table(
    "form_bodies",
    PLAIN,
    *of_workspace("form_id"),
    key("version", Integer),
    need("raw", LargeBinary),
    need("fetched_at", BigInteger),
    need("reconstructed", flag()),
)
Table(
    "ledger",
    PLAIN,
    *of_workspace("lead_id"),
    need("owner"),
    need("lead_type"),
    need("form_id"),
    need("form_version", Integer),
    need("submitted_at", BigInteger),
    need("test_lead", flag()),
    may("digest", LargeBinary),
    may("raw", LargeBinary),
    need("issued_at", BigInteger),
    need("received_via"),
    need("stored_at", BigInteger),
    may("deleted_at", BigInteger),
    may("missing_since", BigInteger),
    # What `q` looks at, folded; here and not in a table of their own, because that would be the dearest one.
    *map(word, WORDS),
    # A list is read newest first, of everything, of an owner or of a form; ties are few.
    Index("_ix_ledger_time", "workspace_id", "submitted_at"),
    Index("_ix_ledger_owner", "workspace_id", "owner", "submitted_at"),
    Index("_ix_ledger_form", "workspace_id", "form_id", "submitted_at"),
    *map(word_index, WORDS),
)
Table("erasures", PLAIN, *of_workspace(), key("id_hash", LargeBinary), need("at", BigInteger))
Table(
    "lead_counts",
    PLAIN,
    *of_workspace("owner", "form_id"),
    *(need(name, BigInteger) for name in ("total", "test", "deleted", "newest")),
)
Table(
    "coverage",
    PLAIN,
    *of_workspace("owner", "lead_type", "form_id"),
    key("since", BigInteger),
    need("until", BigInteger),
)
Table(
    "unproven",
    PLAIN,
    *of_workspace("owner", "lead_type", "form_id"),
    *(need(name, BigInteger) for name in ("since", "until", "issued_at")),
)
Table(
    "runs",
    PLAIN,
    *of_workspace("id"),
    need("owner"),
    need("kind"),
    need("state"),
    may("lead_type"),
    may("form_id"),
    may("since", BigInteger),
    may("until", BigInteger),
    need("dry_run", flag()),
    *(need(name, BigInteger) for name in ("read", "stored", "duplicates", "quarantined", "calls")),
    may("error"),
    may("cursor", Json),
    may("horizon", BigInteger),
    need("attempts", Integer),
    Column("epoch", Integer, nullable=False, server_default="0"),
    need("created_at", BigInteger),
    may("started_at", BigInteger),
    may("finished_at", BigInteger),
    may("next_try_at", BigInteger),
    Index("_ix_runs_owner", "workspace_id", "owner", "id"),
    Index("_ix_runs_state", "workspace_id", "state", "id"),
)
Table(
    "quarantine",
    PLAIN,
    *of_workspace("id"),
    need("level"),
    need("state"),
    need("owner"),
    need("lead_type"),
    may("lead_id"),
    may("form_id"),
    may("form_version", Integer),
    may("column"),
    need("reason"),
    may("raw", LargeBinary),
    may("value", Json),
    need("digest", LargeBinary),
    need("first_seen", BigInteger),
    need("last_seen", BigInteger),
    need("attempts", Integer),
    may("resolved_at", BigInteger),
    Index("_ix_quarantine_lead", "workspace_id", "lead_id"),
    Index("_ix_quarantine_digest", "workspace_id", "digest"),
    Index("_ix_quarantine_state", "workspace_id", "state", "id"),
)
Table(
    "absences",
    PLAIN,
    *of_workspace("lead_id"),
    need("owner"),
    need("state"),
    need("since", BigInteger),
    may("told_at", BigInteger),
    may("gone_at", BigInteger),
    need("due_at", BigInteger),
    Index("_ix_absences_due", "workspace_id", "owner", "due_at"),
)
Table(
    "absence_holds",
    PLAIN,
    *of_workspace("owner"),
    *(need(name, BigInteger) for name in ("since", "missing", "living")),
)
# `fields` NULL: the preset. `view`: the DDL that `contacts` was last made with.
Table("mappings", PLAIN, key("workspace_id"), may("fields", Json), may("view"))
