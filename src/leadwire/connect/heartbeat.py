"""The heartbeat: does this grant still live? LinkedIn's sign-off list asks for a call to `/me` (LGF-002).

Which method a token allows depends on its scopes; introspection needs none. A grant that has ended is
settled by the `Line`: the connection says `needs_reconnect` and why, and the heartbeat says `ended`.
"""

from __future__ import annotations

from collections.abc import Callable

from leadwire.connect.line import Line
from leadwire.domain.alerts import fixed_end
from leadwire.domain.errors import Conflict
from leadwire.domain.times import MINUTE, SECOND, Millis
from leadwire.linkedin import oauth
from leadwire.linkedin.errors import AskAgain, LinkedInError, Refused, TryLater
from leadwire.store import Beat, Connection, Workspace

KIND = "heartbeat"  # of schedule rows; the key is the connection's id
FIRST: Millis = 2 * MINUTE  # after a grant: a new token may be refused for some seconds
SLACK: Millis = 5 * SECOND  # LinkedIn counts an end in whole seconds, from a moment that is not ours
AGAIN: Millis = MINUTE  # where a grant should have ended by the clock, and LinkedIn has not said so yet

# The first row of which the grant has a scope.
BY_SCOPE: tuple[tuple[frozenset[str], str, Callable[[Line], object]], ...] = (
    (frozenset({"r_basicprofile", "r_liteprofile"}), "/v2/me", lambda line: line(oauth.me(), oauth.read_me)),
    (frozenset({"openid"}), "/v2/userinfo", lambda line: line(oauth.userinfo(), oauth.read_userinfo)),
)
INTROSPECTION = "introspection"
RESULTS: tuple[tuple[type[LinkedInError], str], ...] = ((AskAgain, "ended"), (TryLater, "no_answer"))


def beat(line: Line, workspace: Workspace, connection_id: str, now: Callable[[], Millis]) -> Beat:
    """Ask once, and store time, method and result. Raises Conflict where there is no grant to ask about."""
    with workspace.read() as tx:
        connection = tx.connections.get(connection_id)
    if connection.state != "active":
        raise Conflict(
            "not_active",
            "This connection holds no living grant, so there is nothing to verify.",
            "Connect it: POST /api/v1/connections/{id}/reconnect gives the link.",
        )
    heard = Beat(now(), *_ask(line, frozenset(connection.scopes)))
    with workspace.write() as tx:
        tx.connections.heartbeat(connection_id, heard.at, heard.method, heard.result)
    return heard


def next_beat(connection: Connection, heard: Beat, following: Millis) -> Millis:
    """When to ask again: in its turn, but when the grant ends by the clock, then (LGF-003, 006).

    The clock alone ends no grant, for it may be wrong; it is the moment to ask.
    """
    ends = fixed_end(
        connection.has_refresh_token, connection.access_expires_at, connection.refresh_expires_at
    )
    if ends is None:
        return following
    if ends + SLACK > heard.at:
        return min(following, ends + SLACK)
    return following if heard.result == "ok" else min(following, heard.at + AGAIN)


def _ask(line: Line, scopes: frozenset[str]) -> tuple[str, str]:
    for needed, method, ask in BY_SCOPE:
        if needed & scopes:
            try:
                return method, _result(lambda ask=ask: ask(line))  # type: ignore[misc]
            except Refused:
                break  # the token lives, but not for this: the app has lost the product
    return INTROSPECTION, _result(line.prove)


def _result(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Refused:
        raise
    except LinkedInError as error:
        return next((result for kind, result in RESULTS if isinstance(error, kind)), "odd_answer")
    return "ok"
