"""LinkedIn's limits: quotas that are used up, and API versions that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from leadwire.domain.alerts import Condition, Kind
from leadwire.domain.times import DAY, Millis, iso, utc_day
from leadwire.ingest import plan
from leadwire.linkedin.versions import newest_known, sunset_of
from leadwire.watch.view import View, lasting

QUOTA_USED_UP = Kind(
    "quota_used_up",
    ("warning",),
    "LinkedIn's daily quota of an endpoint is used up; it is not asked before the day (UTC) is over.",
    "It goes on by itself. If it happens again, poll less often, or ask LinkedIn for a higher quota.",
)
VERSION_SUNSET = Kind(
    "version_sunset",
    ("warning", "critical"),
    "LinkedIn ends the API version in use, in 60 days or less; critical from 14 days on.",
    "Update Leadwire, or set LEADWIRE_LINKEDIN_VERSION to a newer version, and restart.",
)
VERSION_REFUSED = Kind(
    "version_refused",
    ("critical",),
    "LinkedIn refuses the API version in use (426): nothing can be read until it is changed.",
    "Update Leadwire, or set LEADWIRE_LINKEDIN_VERSION to a version that LinkedIn still has, and restart.",
)
KINDS = (QUOTA_USED_UP, VERSION_SUNSET, VERSION_REFUSED)

WARNED: Millis = 60 * DAY
URGENT: Millis = 14 * DAY
REFUSED = "LinkedIn answered 426"  # as the error of a run begins


def used_up(view: View) -> Iterator[Condition]:
    """Endpoints that rest; one alert each, however many members it concerns."""
    for pause in view.pauses:
        yield QUOTA_USED_UP.about(
            f"endpoint:{pause.endpoint}",
            f"LinkedIn's daily quota of {pause.endpoint} is used up; it is asked again after"
            f" {iso(pause.until)[:16].replace('T', ' ')} UTC.",
            "/settings",
        )


def sunset(view: View) -> Iterator[Condition]:
    """The day is known beforehand: learn.microsoft.com/en-us/linkedin/marketing/versioning."""
    version = view.facts.linkedin_version
    last = sunset_of(version)
    ends = None if last is None else int(datetime.combine(last, time(), UTC).timestamp()) * 1000
    if ends is None or ends - view.now > WARNED:
        return
    left = ends - view.now
    said = f"ends on {utc_day(ends)}, in {lasting(left)}" if left > 0 else f"ended on {utc_day(ends)}"
    newer = f" The newest that this Leadwire knows is {newest_known()}." if newest_known() != version else ""
    yield VERSION_SUNSET.about(
        f"version:{version}",
        f"The version {version} of LinkedIn's API {said}.{newer}",
        "/settings",
        severity="critical" if left <= URGENT else "warning",
    )


def refused(view: View) -> Iterator[Condition]:
    """What the newest runs were answered."""
    newest = (view.tx.runs.newest(one.owner, plan.BY_ITSELF, 1) for one in view.reading)
    if any(runs and (runs[0].error or "").startswith(REFUSED) for runs in newest):
        version = view.facts.linkedin_version
        yield VERSION_REFUSED.about(
            f"version:{version}", f"LinkedIn refuses the version {version} of its API.", "/settings"
        )


CONDITIONS = (used_up, sunset, refused)
