"""Tables of second readings: what LinkedIn shows while one goes on, and what came of it."""

from sqlalchemy import BigInteger, Index, LargeBinary, Table

from leadwire.store.schema_kit import PLAIN, key, may, need, of_workspace
from leadwire.store.types import flag

# What a run has been shown, until it is compared; `digest` where an element is no readable lead.
Table(
    "shown",
    PLAIN,
    *of_workspace("run_id", "lead_id"),
    need("owner"),
    need("form_id"),
    need("submitted_at", BigInteger),
    may("digest", LargeBinary),
    need("repaired", flag()),
    Index("_ix_shown_owner", "workspace_id", "owner", "run_id"),
)
Table(
    "certificates",
    PLAIN,
    *of_workspace("run_id"),
    need("owner"),
    need("state"),
    may("reason"),
    need("dry_run", flag()),
    *(need(name, BigInteger) for name in ("checked_at", "since", "until")),
    *(need(name, BigInteger) for name in ("pulled", "stored", "quarantined", "missing", "extra", "repaired")),
    Index("_ix_certificates_owner", "workspace_id", "owner", "run_id"),
)
Table(
    "certificate_days",
    PLAIN,
    *of_workspace("owner"),
    key("day", BigInteger),
    key("form_id"),
    need("run_id"),
    need("state"),
    *(need(name, BigInteger) for name in ("checked_at", "until", "pushed", "pulled", "stored")),
    *(need(name, BigInteger) for name in ("quarantined", "erased", "missing", "extra", "repaired")),
)
# Ids that differ: in rows of their own, so that an erasure finds them.
Table(
    "differences",
    PLAIN,
    *of_workspace("owner"),
    key("day", BigInteger),
    *map(key, ("form_id", "kind", "lead_id")),
    Index("_ix_differences_lead", "workspace_id", "lead_id"),
)
