"""Lead notification subscriptions: what is wanted against what LinkedIn lists, as a plan of steps.

LinkedIn knows no update of a subscription, so a change is: create, be challenged, only then delete the old
one. Every two hours it challenges the URL again, and blocks it after three failures. Sources:
learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync and /shared/api-guide/webhook-validation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from leadwire.domain.times import HOUR, MINUTE, Millis

MOST = 1500  # subscriptions of one owner, everybody's together
CHALLENGED_EVERY: Millis = 2 * HOUR
CHALLENGE_LATE: Millis = 30 * MINUTE
BLOCKED_AFTER = 3

Action = Literal["create", "keep", "leave", "delete"]
ORDER: tuple[Action, ...] = ("create", "keep", "leave", "delete")

# Why a step is taken: at most a few words of explanation, for people.
WHY = {
    "new": "wanted, and LinkedIn has none",
    "missing": "LinkedIn had one and lists it no more",
    "replaces_old_url": "the one at LinkedIn has an earlier address",
    "replaces_moved": "the one at LinkedIn has the address from before this deployment moved",
    "replaces_dead_grant": "the one at LinkedIn belongs to a grant that may not read this account any more",
    "in_place": "as wanted",
    "foreign": "not of this workspace: left alone",
    "doubled": "another one does the same",
    "old_url": "has an earlier address",
    "moved": "has an address of this workspace at another place: this deployment has moved, or is a copy",
    "dead_grant": "belongs to a grant that may not read this account any more",
    "unwanted": "carries our address, and nothing wants it",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What one subscription is for: all leads of a type, or only those of one version of a form."""

    lead_type: str
    form_id: str | None = None
    form_version: int | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A subscription as LinkedIn lists it. `entity`: the one event that it is narrowed to."""

    id: str
    url: str
    target: Target
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or to leave. `why` is a key of WHY; `id` is LinkedIn's, None for what is yet to be.

    `after` must be served at the address in force before this is done.
    """

    action: Action
    target: Target
    why: str
    url: str
    id: str | None = None
    after: Target | None = None

    @property
    def address(self) -> str:
        """The URL as people may see it: of a foreign one only the host, since the rest may be a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}/…" if self.action == "leave" else self.url


def plan(
    wanted: Collection[Target],
    registered: Iterable[Registered],
    url: str,
    ours: Callable[[str], bool],
    *,
    moved: Callable[[str], bool] = lambda url: False,
    dead: Collection[str] = (),
    known: Collection[Target] = (),
) -> tuple[Step, ...]:
    """From what LinkedIn lists for an owner to what is wanted at `url`: the steps in the order in which they are
    safe, what is new first, what goes last.

    `ours` tells our earlier addresses from foreign ones, `moved` those of them that are at another place; `dead`
    are ids that listed or not bring nothing any more; `known` was in place before.
    """
    steps: list[Step] = []
    here: dict[tuple[Target, str | None], list[Registered]] = defaultdict(list)
    for one in sorted(registered, key=lambda one: (len(one.id), one.id)):
        if one.url == url or ours(one.url):
            here[one.target, one.entity].append(one)
        else:
            steps.append(Step("leave", one.target, "foreign", one.url, one.id))
    for target in dict.fromkeys(wanted):
        steps += _serve(target, here.pop((target, None), []), url, moved, dead, target in known)
    for one in (one for group in here.values() for one in group):
        why = "moved" if moved(one.url) else "unwanted"
        steps.append(Step("delete", one.target, why, one.url, one.id))
    return tuple(sorted(steps, key=lambda step: ORDER.index(step.action)))


def _serve(
    target: Target,
    there: list[Registered],
    url: str,
    moved: Callable[[str], bool],
    dead: Collection[str],
    known: bool,
) -> Iterable[Step]:
    """Exactly one living subscription at `url`; the oldest, so that whoever asks twice keeps the same."""
    good = [one for one in there if one.url == url and one.id not in dead]
    for one in there:
        if one not in good:
            why = "moved" if moved(one.url) else "old_url" if one.url != url else "dead_grant"
            yield Step("delete", target, why, one.url, one.id, after=target)
    if good:
        yield Step("keep", target, "in_place", url, good[0].id)
        yield from (Step("delete", target, "doubled", url, one.id, after=target) for one in good[1:])
        return
    yield Step("create", target, _why_new(there, url, moved, known), url)


def _why_new(there: list[Registered], url: str, moved: Callable[[str], bool], known: bool) -> str:
    if not there:
        return "missing" if known else "new"
    if all(moved(one.url) for one in there):
        return "replaces_moved"
    return "replaces_old_url" if any(one.url != url for one in there) else "replaces_dead_grant"


def challenge_misses(heard_at: Millis | None, now: Millis) -> int:
    """How many two-hourly challenges should have come since the last one; None: nothing was registered yet."""
    return 0 if heard_at is None else max(0, (now - heard_at - CHALLENGE_LATE) // CHALLENGED_EVERY)
