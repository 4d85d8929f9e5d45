"""Who may see the pages, and whose clicks count, until people can sign in.

Both rules read the request alone. The static files, the callback and what it shows are not limited.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
ASKED_HERE = ("same-origin", "none")  # `none`: typed or bookmarked, no page has made the browser ask


def closed_to(request: Request) -> str | None:
    """Why this request may not see a page, in words; None where it may."""
    peer = request.client.host if request.client else ""
    if not _is_loopback(peer):
        return f"it came from {peer or 'an unknown peer'}, not from this machine"
    host = request.headers.get("host", "")
    if not LOCAL_HOST.fullmatch(host):
        return f"it was sent to the host {host or '(none)'}; 127.0.0.1, localhost and [::1] are open"
    for name in request.headers:
        if name == "forwarded" or name.startswith("x-forwarded-"):
            return f"it carries the header {name.title()}, so a proxy stands before this service"
    return None


def made_elsewhere(request: Request) -> str | None:
    """Why an action was not asked for on our own pages; None where it was.

    Sec-Fetch-Site is the browser's own word (w3.org/TR/fetch-metadata) and no page can set it; before it,
    browsers said `Origin` with every POST, and `Referer` with a link.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return None if site in ASKED_HERE else f"another site made this browser ask ({site})"
    source = request.headers.get("origin") or request.headers.get("referer")
    if source is None:
        return "the browser did not say which page asked for it"
    if urlsplit(source).netloc.lower() == request.headers.get("host", "").lower():
        return None
    return f"the page that asked for it is of {urlsplit(source).netloc or 'an unknown origin'}"


def _is_loopback(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
