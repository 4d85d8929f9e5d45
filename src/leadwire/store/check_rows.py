"""What second readings give and take: frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from leadwire.domain.reconcile import State
from leadwire.domain.times import Millis

# (form id, beginning of a UTC day); form "" where an element does not tell.
Spotted: TypeAlias = tuple[str, Millis]


@dataclass(frozen=True, slots=True)
class Shown:
    """An element that LinkedIn showed. `digest`: of its bytes, where it is no readable lead; `lead_id` is then
    the id that it claims, or one made of the digest.
    """

    lead_id: str
    form_id: str
    submitted_at: Millis
    digest: bytes | None = None
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What a run may judge: submission times `[since, until)`, from where on each lead type is still shown, and
    since when the run has been reading.
    """

    run_id: str
    owner: str
    since: Millis
    until: Millis
    kept: Mapping[
        str, Millis
    ]  # lead type -> the first moment of submission that LinkedIn certainly still shows
    started_at: Millis


@dataclass(frozen=True, slots=True)
class Odd:
    """A shown element that was repaired, or that is not in the ledger; `noted`: its state in quarantine."""

    lead_id: str
    form_id: str
    submitted_at: Millis
    repaired: bool
    stored: bool
    noted: str | None


@dataclass(frozen=True, slots=True)
class Absent:
    """A living lead that was not shown; `missing_since` where that was known before."""

    lead_id: str
    form_id: str
    submitted_at: Millis
    missing_since: Millis | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a run's comparison came to; counts are over all of its rows. `reason`: why it could not judge all."""

    run_id: str
    owner: str
    checked_at: Millis
    since: Millis
    until: Millis
    state: State
    reason: str | None = None
    dry_run: bool = False
    pulled: int = 0
    stored: int = 0
    quarantined: int = 0
    missing: int = 0
    extra: int = 0
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class CertificateDay:
    """One form on one UTC day, as last compared, up to `until`. `ids` names the first of each kind."""

    owner: str
    day: Millis
    form_id: str
    run_id: str
    state: State
    checked_at: Millis
    until: Millis
    pushed: int
    pulled: int
    stored: int
    quarantined: int
    erased: int
    missing: int
    extra: int
    repaired: int
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Which rows; None does not narrow. `since` inclusive, `until` exclusive, by the beginning of the day.

    `telling`: those that are not green.
    """

    owner: str
    form_id: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    telling: bool = False
