"""What a page says when something failed: what happened, what was kept, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from leadwire.domain.errors import Conflict, Forbidden, InvalidInput, LeadwireError, NotFound, Problem
from leadwire.ingest.ports import NobodyMayRead
from leadwire.linkedin import errors as linkedin
from leadwire.store.errors import TryLater as StoreBusy
from leadwire.web.pages import words


@dataclass(frozen=True)
class Trouble:
    """An error as people see it."""

    status: int
    title: str
    happened: str
    kept: str
    remedy: str
    problems: tuple[Problem, ...] = ()


KEPT = "Nothing was changed."
KEPT_ALL = "Everything that was stored is still there."

# The first row whose class fits: status, title, what to do where the error does not say it itself.
_OURS: tuple[tuple[type[LeadwireError], int, str, str], ...] = (
    (NotFound, 404, "Not found", "It may have been removed, or belong to another workspace."),
    (Forbidden, 403, "Not allowed", "Ask whoever runs this Leadwire."),
    (Conflict, 409, "Not possible in this state", "Change the state first, then try again."),
    (InvalidInput, 422, "That cannot be used", "Go back, change what was entered, and send it again."),
    (LeadwireError, 422, "That did not work", "Go back and try again."),
)
_LINKEDIN: tuple[tuple[type[Exception], int, str, str], ...] = (
    (
        linkedin.TryLater,
        503,
        "LinkedIn did not answer",
        "Try again in a minute; scheduled work tries again by itself.",
    ),
    (
        linkedin.AskAgain,
        409,
        "The connection has ended",
        "Reconnect it on the Connections page; everything stays.",
    ),
    (
        NobodyMayRead,
        409,
        "Nobody may read this account",
        "The account's page says what is missing and who can give it.",
    ),
    (linkedin.Forbidden, 409, "LinkedIn refused", "A scope or role is missing: see the account's verdict."),
    (
        linkedin.LinkedInError,
        502,
        "LinkedIn answered otherwise than expected",
        "Try again; if it stays, see the log.",
    ),
)

CLOSED_REMEDY = (
    "Open it on the machine itself, at http://127.0.0.1 or http://localhost and the port that Leadwire "
    "listens on; from elsewhere, through a tunnel such as ssh -L. The HTTP API is not limited."
)


def of(error: Exception) -> Trouble | None:
    """The error in words; None where it is nothing that a person could put right."""
    if isinstance(error, LeadwireError):
        status, title, remedy = next(row[1:] for row in _OURS if isinstance(error, row[0]))
        kept = KEPT_ALL if status == 404 else KEPT
        return Trouble(status, title, error.message, kept, error.remedy or remedy, error.problems)
    if isinstance(error, StoreBusy):
        return Trouble(503, "The database is not writable now", str(error), KEPT, "Try again in a moment.")
    for class_, status, title, remedy in _LINKEDIN:
        if isinstance(error, class_):
            return Trouble(status, title, f"{str(error) or 'It gave no reason'}.", KEPT_ALL, remedy)
    return None


def broken(reference: str) -> Trouble:
    """Our own mistake: no internals, but a word to find it by."""
    return Trouble(
        500,
        "Leadwire made a mistake",
        f"This page could not be made. The log has more under {reference}.",
        KEPT_ALL,
        "Try again; if it stays, report it with that reference.",
    )


def closed(reason: str) -> Trouble:
    """Pages are open on this machine only."""
    return Trouble(
        403,
        "These pages are open on this machine only",
        f"The request was refused: {reason}. Until people can sign in, that is the only lock.",
        KEPT,
        CLOSED_REMEDY,
    )


def from_elsewhere(reason: str) -> Trouble:
    """An action that was not asked for on our own pages."""
    return Trouble(
        403,
        "This was not asked for here",
        f"The request was refused: {reason}.",
        KEPT,
        "Open the page in Leadwire and press its button there. Programs use the HTTP API.",
    )


def unreadable(reason: str) -> Trouble:
    """What was sent is no form."""
    return Trouble(400, "This form could not be read", f"{reason}.", KEPT, "Go back and send it again.")


def one_time(reason: str) -> Trouble:
    """A connect link or an answer of LinkedIn's that does not count."""
    title, happened = words.ONE_TIME.get(reason, words.ONE_TIME["unknown"])
    return Trouble(
        400,
        title,
        happened,
        "Nothing was stored. A connection that existed before is as it was.",
        "Start again from the Connections page, or ask whoever sent the link for a new one.",
    )
