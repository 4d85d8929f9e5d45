"""Alerts: what holds now against what people were told of, and the ladder of reminders before a fixed end.

Conditions are derived from facts, again and again; an alert is a condition that people know of. One object has
one alert of a code: it opens once, rises rung by rung, and closes by itself when its condition holds no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from leadwire.domain.times import DAY, Millis

Severity = Literal["info", "warning", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "critical")

KIND: Final = "watch"  # of the schedule row that looks for conditions; its key is ""
TELLING: Final = "notice"  # of the one that sends what people are to be told

# Days before the end; behind the last one, and after the end, every day has a rung of its own.
RUNGS: Final = (30, 14, 7, 3, 1)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds now and that people should know of.

    `object` names what it is about, `kind:id`; `rung`: how far a ladder has come, "" where there is none;
    `since`: when it began, None for when it was first seen; `href`: the page on which it is put right.
    Neither text holds anything personal: they are sent by e-mail and webhook.
    """

    code: str
    object: str
    severity: Severity
    message: str
    remedy: str
    rung: str = ""
    since: Millis | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One code: how grave it may be (mildest first), what it means, and what to do about it."""

    code: str
    severities: tuple[Severity, ...]
    meaning: str
    remedy: str

    def about(
        self,
        of: str,
        message: str,
        href: str,
        *,
        severity: Severity | None = None,
        **more: object,
    ) -> Condition:
        """A condition of this code, of an object; `more` is `rung`, `since`, or a `remedy` that says it better."""
        grave = severity or self.severities[-1]
        assert grave in self.severities, f"{self.code} is never {grave}"
        facts = {"remedy": self.remedy, "href": href, **more}
        return Condition(self.code, of, grave, message, **facts)  # type: ignore[arg-type]


class Standing(Protocol):
    """An open alert as the diff looks at it."""

    @property
    def id(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def object(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def href(self) -> str: ...
    @property
    def rung(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Diff:
    """What is to be done, by alert id: `raises` tells people anew, `rewords` only what is read."""

    opens: tuple[Condition, ...] = ()
    raises: Mapping[str, Condition] = field(default_factory=dict)
    rewords: Mapping[str, Condition] = field(default_factory=dict)
    closes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.opens or self.raises or self.rewords or self.closes)


def diff(conditions: Iterable[Condition], known: Iterable[Standing]) -> Diff:
    """From what people know to what holds. Of two conditions of one object and code the first counts."""
    holds: dict[tuple[str, str], Condition] = {}
    for one in conditions:
        holds.setdefault((one.code, one.object), one)
    closes, raises, rewords = [], {}, {}
    for alert in known:
        now = holds.pop((alert.code, alert.object), None)
        if now is None:
            closes.append(alert.id)
        elif _rises(now, alert):
            raises[alert.id] = now
        elif _texts(now) != _texts(alert):
            rewords[alert.id] = now
    return Diff(tuple(holds.values()), raises, rewords, tuple(closes))


def rung(ends_at: Millis, now: Millis) -> str | None:
    """The rung reached: `-30d` to `-1d`, `0d` on the day after the end, `1d` …; None where the end is far.

    A rung is named by the day on which it is reached, counted from the end, so that rungs sort by their number.
    """
    left = ends_at - now
    if left <= 0:
        return f"{-left // DAY}d"
    reached = [days for days in RUNGS if left <= days * DAY]
    return f"-{min(reached)}d" if reached else None


def fixed_end(
    has_refresh_token: bool, access_ends: Millis | None, refresh_ends: Millis | None
) -> Millis | None:
    """When only a new consent helps: the refresh token's end, or the access token's for an app without any.

    A refresh token lives 365 days from the consent, however often it is used:
    learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens.
    """
    return refresh_ends if has_refresh_token else access_ends


def _rises(now: Condition, alert: Standing) -> bool:
    """A later rung, or a graver word; a clock that went back a little raises nothing twice."""
    graver = SEVERITIES.index(now.severity) > _grave(alert.severity)
    return graver or (bool(now.rung) and (not alert.rung or _step(now.rung) > _step(alert.rung)))


def _grave(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _step(reached: str) -> int:
    return int(reached[:-1])


def _texts(one: Condition | Standing) -> tuple[str, ...]:
    return (one.severity, one.message, one.remedy, one.href)
