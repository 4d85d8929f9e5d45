"""What the hooks and the inbox take and give; see `rows`."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from leadwire.domain.times import Millis

InboxState: TypeAlias = Literal["waiting", "done", "parked"]


class InboxRow(NamedTuple):
    """A verified push on its way in; texts are storable. `parked` says why nothing can be done with it.

    Two of one workspace with the same `key` are one. Made for each push: a tuple, because it is quick.
    """

    workspace_id: str
    key: bytes
    owner: str
    received_at: Millis
    raw: bytes
    lead_id: str | None = None
    form_id: str | None = None
    form_version: int | None = None
    lead_type: str = ""
    action: str = ""
    occurred_at: Millis | None = None
    parked: str | None = None


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A push in the inbox. `copies`: how often it came; `outcome`: what became of it, or why it waits."""

    id: str
    owner: str
    received_at: Millis
    raw: bytes
    lead_id: str | None
    form_id: str | None
    form_version: int | None
    lead_type: str
    action: str
    occurred_at: Millis | None
    state: InboxState
    due_at: Millis
    outcome: str | None
    copies: int
    attempts: int
    finished_at: Millis | None


@dataclass(frozen=True, slots=True)
class InboxFacts:
    """How an owner's inbox stands; `last_push` survives the rows."""

    last_push: Millis | None
    waiting: int
    parked: int


class InboxDue(NamedTuple):
    """An owner with pushes to fetch, named across workspaces; the longest due since `since`."""

    workspace_id: str
    owner: str
    since: Millis


@dataclass(frozen=True, slots=True)
class Hook:
    """An address that LinkedIn has. `until`: when one that was replaced ends; None is the one in force."""

    owner: str
    serial: int
    made_at: Millis
    until: Millis | None
    challenged_at: Millis | None
    pushed_at: Millis | None
