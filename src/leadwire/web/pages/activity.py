"""Activity: who did what."""

from __future__ import annotations

from starlette.responses import Response

from leadwire.web.pages.frame import Ask, shows

PAGE = 50


def page(ask: Ask) -> Response:
    """The audit, newest first; of one object or of one kind where asked."""
    about, action = ask.query("object"), ask.query("action")
    with ask.workspace.read() as tx:
        entries = tx.audit.page(PAGE, ask.query("cursor"), about, action)
    return ask.show("activity.html", entries=entries, object=about, action=action)


DOORS = (shows("/activity", page),)
