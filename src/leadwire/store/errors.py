"""What the store raises, named after the caller's next move.

What a person can put right is a branch of the product's own tree (`domain.errors`): its code, message and
remedy go out as they are. The rest is about the database itself.

    domain.NotFound        there is no such thing in this workspace, or it is another workspace's
    domain.Conflict
    └── Taken              choose another name
    domain.InvalidInput
    ├── BadSlug            choose a slug of the allowed form
    ├── BadCursor          start the list again from its first page
    └── OneTimeRefused     start again from Leadwire; `reason` says why this text is no good
    StoreError
    ├── TryLater           nothing was written; the same may be tried again
    │   └── NotReached     see to the server, its address, or the login; `str()` names them for operators
    ├── Overtaken          let go: another worker carries this on, or it was ended
    ├── SchemaTooNew       run the newer Leadwire that wrote this database
    ├── SchemaTooOld       migrate first
    ├── WrongKey           start with the key that this database was sealed with
    └── SealBroken         one sealed value is not what was sealed; ask a person for it again
"""

from typing import Literal, TypeAlias

from leadwire.domain.errors import Conflict, InvalidInput, NotFound

__all__ = [
    "BadCursor",
    "BadSlug",
    "NotFound",
    "NotReached",
    "OneTimeRefused",
    "Overtaken",
    "Refusal",
    "SchemaTooNew",
    "SchemaTooOld",
    "SealBroken",
    "StoreError",
    "Taken",
    "TryLater",
    "WrongKey",
    "nothing",
]

Refusal: TypeAlias = Literal["unknown", "used", "expired", "other_browser"]

REFUSALS: dict[Refusal, str] = {
    "unknown": "This link was not made by this Leadwire.",
    "used": "This link has been used before; it works once.",
    "expired": "This link is too old.",
    "other_browser": "This answer came back in another browser than the one that asked.",
}


def nothing(kind: str, name: str) -> NotFound:
    """The error for a thing that is not here; the same whether it never was or is another workspace's."""
    return NotFound("not_found", f"There is no {kind} {name[:80]!r} here.")


class Taken(Conflict):
    """The name or slug is in use."""


class BadSlug(InvalidInput):
    """Not a slug: lower-case letters, digits and single `_`, at most 40, and not a reserved one."""


class BadCursor(InvalidInput):
    """This list never gave out that cursor."""

    def __init__(self) -> None:
        super().__init__("bad_cursor", "That is no cursor of this list.", "Start again from the first page.")


class OneTimeRefused(InvalidInput):
    """A one-time text that does not count, and why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(f"one_time_{reason}", REFUSALS[reason], "Start again from Leadwire.")
        self.reason: Refusal = reason


class StoreError(Exception):
    """The database itself is the trouble."""


class TryLater(StoreError):
    """The database cannot be reached or written now; nothing of this transaction was kept."""


class NotReached(TryLater):
    """No connection to the server: its text says where to, and why not. For operators, never for callers of the API."""


class Overtaken(StoreError):
    """What was begun here is another's by now, or was ended; nothing of this transaction was kept."""


class SchemaTooNew(StoreError):
    """The database was migrated by a newer Leadwire."""


class SchemaTooOld(StoreError):
    """The database has not been migrated to this Leadwire's schema."""


class WrongKey(StoreError):
    """SECRET_KEY does not open what this database holds sealed."""


class SealBroken(StoreError):
    """A sealed value was changed, moved to another row, or sealed with a key we do not have."""
