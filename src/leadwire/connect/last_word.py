"""The last calls in the name of a grant that is ending: to take back what it subscribed to."""

from __future__ import annotations

from leadwire.connect.line import Line, Reader, T
from leadwire.linkedin.calls import Call
from leadwire.linkedin.errors import AskAgain, TokenDead


class LastWord(Line):
    """A line that uses the access token that is left, whatever state the connection is in, and renews nothing."""

    def __call__(self, call: Call, read: Reader[T]) -> T:
        with self._workspace.read() as tx:
            connection, tokens = tx.connections.opened(self._id)
        if tokens is None:
            raise AskAgain("no token of this connection is left")
        try:
            return self._send(call, read, connection, tokens)
        except TokenDead as error:
            raise AskAgain("the grant has ended", status=401) from error
