"""The error tree. An error is named after the caller's next move.

    LinkedInError
    ├── TryLater           ask again later: 5xx, 408, a cut or foreign body, the network
    │   └── Throttled      429; `until_midnight`: not before 00:00 UTC
    ├── TokenDead          401: get another access token, or ask whether this one still lives
    ├── AskAgain           the grant is gone: a person must reconnect
    ├── Refused            never repeat this call as it is: 400, 405, 409, 411, 412, 414 …
    │   ├── Forbidden      403: a scope, product or role is missing
    │   ├── NotFound       404
    │   └── VersionRetired 426: move to a living API version
    └── Surprise           nobody foresaw this answer; it carries the bytes

`str(error)` is made of words of ours, a status and LinkedIn's code: it can be logged. What the server wrote
is in `message`, what it sent in `raw`; neither is ever part of the text, because both may hold what a
person answered.
"""

from dataclasses import KW_ONLY, dataclass
from typing import Literal, TypeAlias

QuotaOwner: TypeAlias = Literal["application", "member"]
TokenReason: TypeAlias = Literal["invalid", "revoked", "expired", "empty", "unknown"]


@dataclass(eq=False, repr=False)
class LinkedInError(Exception):
    """LinkedIn did not give what was asked. `status` is None when no answer came at all.

    `code` and `service_code` are LinkedIn's (`ACCESS_DENIED`, 100), `message` is its text (do not match on
    it), `request_id` is what LinkedIn's support asks for.
    """

    text: str
    _: KW_ONLY
    status: int | None = None
    code: str | None = None
    service_code: int | None = None
    message: str = ""
    request_id: str | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False, repr=False)
class TryLater(LinkedInError):
    """The same call may succeed later; `after` is the wait in seconds where the answer named one."""

    _: KW_ONLY
    after: float | None = None


@dataclass(eq=False, repr=False)
class Throttled(TryLater):
    """429. `until_midnight`: the day's quota is used up; `scope`: whose quota, where the answer says it."""

    _: KW_ONLY
    until_midnight: bool = False
    scope: QuotaOwner | None = None


@dataclass(eq=False, repr=False)
class TokenDead(LinkedInError):
    """401. `reason` is LinkedIn's word; "revoked" is also said of a token minted a moment ago."""

    _: KW_ONLY
    reason: TokenReason = "unknown"


@dataclass(eq=False, repr=False)
class AskAgain(LinkedInError):
    """The refresh token or the code is refused: only a person's new consent helps.

    `client_refused`: LinkedIn refused the application's own id or secret; look at the settings first.
    """

    _: KW_ONLY
    client_refused: bool = False


class Refused(LinkedInError):
    """Do not repeat this call as it is."""


@dataclass(eq=False, repr=False)
class Forbidden(Refused):
    """403. `scope_missing` is a hint only (serviceErrorCode 100 and its usual text): else a role is
    missing.
    """

    _: KW_ONLY
    scope_missing: bool = False


class NotFound(Refused):
    """404: no such thing, no longer, or not for this member."""


class VersionRetired(Refused):
    """426: the API version asked for is over, not yet there, or was skipped."""


@dataclass(eq=False, repr=False)
class Surprise(LinkedInError, ValueError):
    """An answer, a lead, a form or a URN that cannot be read. `raw` holds the bytes."""

    raw: bytes = b""
