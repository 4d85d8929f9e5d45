"""Who may use the pages: a browser on this machine, and writing only from these pages themselves.

There is no log-in. What a foreign web page could abuse is refused: a name that somebody else's DNS points here
(`Host`), and forms sent from elsewhere (`Origin`, `Sec-Fetch-Site`). Programs that send none of them are let in.
"""

from __future__ import annotations

import re

from linkedin_emulator.protocol.wire import Request

_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
_OWN_SITE = ("same-origin", "none")


def objection(request: Request) -> str | None:
    """Why a request is refused, or None."""
    host = request.headers.get("host")
    if host is not None and not _LOOPBACK.fullmatch(host):
        return f"These pages answer on localhost, 127.0.0.1 and [::1] only, not as {host}."
    if request.method == "POST" and _from_elsewhere(request, host):
        return "This form was sent from another site. Nothing was changed."
    return None


def _from_elsewhere(request: Request, host: str | None) -> bool:
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
        return True
    return request.headers.get("sec-fetch-site", "none") not in _OWN_SITE
