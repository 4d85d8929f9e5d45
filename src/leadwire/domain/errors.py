"""The product's own errors, named after the caller's next move.

    LeadwireError        code for programs, message for people, remedy: what to do now
    ├── InvalidInput     change what you sent; it means nothing as it is          (422)
    ├── Forbidden        ask with another key, or ask for the right               (403)
    ├── NotFound         look elsewhere; it is not here, or not yours to see      (404)
    └── Conflict         change the state first; the request itself is well made  (409)

The numbers are the problem+json statuses that the web room gives them; nothing here knows HTTP.
What LinkedIn answers has an error tree of its own, in the `linkedin` room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, what shows it, and what a person can do about it."""

    code: str
    message: str
    remedy: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The problem as a JSON object."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "evidence": dict(self.evidence),
        }


class LeadwireError(Exception):
    """Something that a caller must know. `code` is stable, `message` and `remedy` are for people."""

    def __init__(self, code: str, message: str, remedy: str = "", problems: Iterable[Problem] = ()) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(LeadwireError, ValueError):
    """The request has no meaning as it was sent. A ValueError too, so that validators report it as theirs."""


class Forbidden(LeadwireError):
    """Who asks may not do this."""


class NotFound(LeadwireError):
    """There is no such thing for the one who asks."""


class Conflict(LeadwireError):
    """The request is well made, but the present state does not allow it."""
