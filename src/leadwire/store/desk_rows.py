"""What the deployment's desk and the schedule take and give; see `rows`."""

from dataclasses import dataclass, field
from typing import Literal

from leadwire.domain.times import Millis


@dataclass(frozen=True, slots=True)
class ConnectLink:
    """What a one-time connect link leads to."""

    workspace_id: str
    connection_id: str
    return_url: str | None
    created_at: Millis
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class OAuthState:
    """What the `state` of an OAuth callback belongs to."""

    workspace_id: str
    connection_id: str
    created_at: Millis
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class DueItem:
    """A scheduled thing whose time has come, named across workspaces."""

    workspace_id: str
    kind: str
    key: str
    due_at: Millis
    attempts: int


@dataclass(frozen=True, slots=True)
class CallCount:
    """LinkedIn calls of one UTC day (`2026-01-31`); member `""` counts for the app."""

    day: str
    endpoint: str
    app: str
    member: str
    count: int


@dataclass(frozen=True, slots=True)
class Pause:
    """An endpoint not to be called before `until`; member `""` pauses it for the app."""

    endpoint: str
    member: str
    until: Millis
    reason: str


@dataclass(frozen=True, slots=True)
class Learned:
    """How many calls a day LinkedIn let pass before it said that the quota was used up: the app's as a whole, or
    one member's.
    """

    endpoint: str
    whose: Literal["app", "member"]
    calls: int
    learned_at: Millis


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """The LinkedIn app's client id and secret as typed into set-up."""

    client_id: str
    client_secret: str = field(repr=False)
    saved_at: Millis


@dataclass(frozen=True, slots=True)
class Sealing:
    """How many keys there are, how many values need one that is not the first, and how many no key opens."""

    keys: int
    older: int
    lost: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What `doctor` says of the database; every warning is a sentence for people."""

    dialect: str
    server_version: str
    schema_version: str | None
    app_role: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something that happens later or again in this workspace; `claimed_at` while somebody is at it."""

    kind: str
    key: str
    shard: int
    due_at: Millis
    attempts: int
    claimed_at: Millis | None


@dataclass(frozen=True, slots=True)
class Setting:
    """A live setting; `key` is `""` at level workspace, else the account's URN or the form's id."""

    level: Literal["workspace", "account", "form"]
    key: str
    name: str
    value: str
