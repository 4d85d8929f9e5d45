"""Would another version of LinkedIn's API be taken? Asked with one harmless call, before the one in use ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadwire.connect.line import Switchboard
from leadwire.domain.errors import Conflict
from leadwire.linkedin.accounts import ad_account_users, read_account_users
from leadwire.linkedin.errors import LinkedInError, Surprise, VersionRetired
from leadwire.store import Workspace


@dataclass(frozen=True)
class Tried:
    """`accepted`: LinkedIn took it and the answer could be read; `unreadable`: it took it, but answers otherwise;
    `refused`: 426, it is not there (yet); `unclear`: something else stood in the way.
    """

    version: str
    result: Literal["accepted", "unreadable", "refused", "unclear"]
    said: str = ""


def try_version(board: Switchboard, workspace: Workspace, version: str) -> Tried:
    """Read one row of a member's own roles in that version. Conflict `no_connection` where nobody can ask."""
    with workspace.read() as tx:
        active = next((one for one in tx.connections.all() if one.state == "active"), None)
        tokens = None if active is None else tx.connections.tokens(active.id)
    if active is None or tokens is None:
        raise Conflict(
            "no_connection", "No connection is active, so LinkedIn cannot be asked.", "Connect one."
        )
    try:
        member = active.member_id or active.id
        read_account_users(*board.send(ad_account_users(0, 1), tokens.access_token, member, version))
    except VersionRetired as error:
        return Tried(version, "refused", str(error))
    except Surprise as error:
        return Tried(version, "unreadable", str(error))
    except LinkedInError as error:
        return Tried(version, "unclear", str(error))
    return Tried(version, "accepted")
