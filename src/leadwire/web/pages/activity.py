"""Activity: who did what."""

from __future__ import annotations

from starlette.responses import Response

from leadwire.web.pages import names
from leadwire.web.pages.frame import Ask, shows

PAGE = 50


def page(ask: Ask) -> Response:
    """The audit, newest first; of one object or of one kind where asked."""
    about, action = ask.query("object"), ask.query("action")
    with ask.workspace.read() as tx:
        entries = tx.audit.page(PAGE, ask.query("cursor"), about, action)
        deeds = [names.deed(tx, entry) for entry in entries.items]
    called = deeds[0].object if about and deeds else about
    return ask.show(
        "activity.html", deeds=deeds, older=entries.next, object=about, called=called, action=action
    )


DOORS = (shows("/activity", page),)
