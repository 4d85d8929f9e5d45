"""Everything about LinkedIn's behaviour that is uncertain, variable, or worth turning in a test."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import get_type_hints

from linkedin_emulator.clock import DAY, HOUR, MINUTE
from linkedin_emulator.protocol.wire import Json

CHOICES: dict[str, tuple[str, ...]] = {
    "page_fullness": ("full", "short", "short_tail_gap"),
    "page_total": ("overall", "page_size", "zero_on_empty", "absent"),
    "ad_accounts_paging": ("cursor", "offset"),
    "role_loss": ("403", "401", "empty"),
    "down": ("", "503", "reset", "timeout"),
}


@dataclass(slots=True)
class Knobs:
    """All knobs with LinkedIn's documented or observed behaviour as default. The README explains each."""

    version_oldest: str = "202601"
    version_newest: str = "202609"
    versions_skipped: list[str] = field(default_factory=lambda: ["202512"])

    quota_app_daily: int = 100_000
    quota_member_daily: int = 100_000
    quota_by_endpoint: dict[str, int] = field(default_factory=dict)

    access_token_days: int = 60
    refresh_token_seconds: int = 31_556_951
    fresh_token_401_seconds: float = 0.0
    fresh_token_401_share: float = 1.0
    silent_reconsent: bool = True

    default_count: int = 10
    max_count: int = 1000
    page_fullness: str = "full"
    short_page_share: float = 0.5
    page_total: str = "overall"
    page_links: bool = True
    empty_page_after: int = 0
    ad_accounts_paging: str = "cursor"
    search_with_page_token_refused: bool = False
    ad_account_users_unpaged_all: bool = False

    decorations: bool = True
    decorate_single_get: bool = False
    role_loss: str = "403"
    retention_sponsored_days: int = 365
    retention_other_days: int = 90
    readable_after_ms: int = 0

    allow_http_webhooks: bool = False
    refuse_duplicate_subscriptions: bool = False
    max_subscriptions_per_owner: int = 1500
    validate_every_ms: int = 2 * HOUR
    push_delay_ms: int = 0
    push_drop_share: float = 0.0
    push_copies: int = 1
    push_jitter_ms: int = 0
    push_wrong_signature: bool = False
    push_blank_in_form_urn: bool = False
    push_retry_every_ms: int = 5 * MINUTE
    push_retry_for_ms: int = 8 * HOUR

    date_offset_ms: int = 0
    down: str = ""
    calls_kept: int = 2_000

    def patch(self, changes: dict[str, Json]) -> None:
        """Turn several knobs at once; raise ValueError and turn none if a name or value is wrong."""
        for name, value in changes.items():
            _check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Json]:
        """All knobs by name."""
        return asdict(self)

    def retention_ms(self, lead_type: str) -> int:
        """How long leads of a type stay readable."""
        days = self.retention_sponsored_days if lead_type == "SPONSORED" else self.retention_other_days
        return days * DAY


_PLAIN_TYPES: dict[object, tuple[type, ...]] = {
    bool: (bool,),
    int: (int,),
    float: (int, float),
    str: (str,),
    list[str]: (list,),
    dict[str, int]: (dict,),
}
_KINDS = {
    item.name: _PLAIN_TYPES[hint]
    for item, hint in zip(fields(Knobs), get_type_hints(Knobs).values(), strict=True)
}


def _check(name: str, value: Json) -> None:
    kinds = _KINDS.get(name)
    if kinds is None:
        raise ValueError(f"there is no knob {name!r}")
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"knob {name!r} takes {' or '.join(kind.__name__ for kind in kinds)}, not {value!r}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"knob {name!r} is one of {', '.join(map(repr, CHOICES[name]))}, not {value!r}")
    if isinstance(value, int | float) and value < 0 and name != "date_offset_ms":
        raise ValueError(f"knob {name!r} cannot be negative")
