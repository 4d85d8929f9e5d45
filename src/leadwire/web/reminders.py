"""A connection's reminders as a file, for the API and for its page."""

from __future__ import annotations

from starlette.responses import Response

from leadwire.domain.alerts import fixed_end
from leadwire.domain.calendar import MEDIA_TYPE, calendar, ladder
from leadwire.domain.errors import Conflict
from leadwire.domain.times import Millis
from leadwire.store.rows import Connection


class CalendarFile(Response):
    media_type = MEDIA_TYPE


def file(connection: Connection, public_url: str, now: Millis) -> CalendarFile:
    """When people are to reconnect it. Conflict `no_end` where nothing is known to end."""
    ends = fixed_end(
        connection.has_refresh_token, connection.access_expires_at, connection.refresh_expires_at
    )
    if ends is None:
        raise Conflict(
            "no_end",
            "No end of this connection is known, so there is nothing to be reminded of.",
            "Connect it first: the end is counted from the consent.",
        )
    name = connection.member_name or connection.member_id or "a LinkedIn member"
    page = f"{public_url}/connections/{connection.id}"
    reminders = ladder(connection.id, name, ends, connection.granted_at or 0, page)
    saved_as = {"Content-Disposition": f'attachment; filename="leadwire-{connection.id}.ics"'}
    return CalendarFile(calendar(f"Leadwire: {name}", reminders, now), headers=saved_as)
