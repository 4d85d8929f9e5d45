"""A call to LinkedIn as a value: what to send, before anybody sends it."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias
from urllib.parse import quote

Surface: TypeAlias = Literal["rest", "v2", "oauth"]

# Every endpoint that is called, by resource: what quotas are counted by.
_CALLED = {
    "adAccounts": ("FINDER", "GET", "BATCH_GET"),
    "adAccountUsers": ("FINDER",),
    "adCampaigns": ("GET",),
    "creatives": ("GET",),
    "events": ("GET",),
    "leadForms": ("FINDER", "GET", "BATCH_GET"),
    "leadFormResponses": ("FINDER", "GET", "BATCH_GET"),
    "leadNotifications": ("CREATE", "FINDER", "GET", "DELETE"),
    "me": ("GET",),
    "oauth": ("accessToken", "introspectToken"),
    "organizationAcls": ("FINDER",),
    "userinfo": ("GET",),
}
ENDPOINTS = frozenset(f"{resource}.{way}" for resource, ways in _CALLED.items() for way in ways)

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

# Beyond 4 KB of query LinkedIn answers 414; its own client tunnels from 4,000 characters on.
# learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/query-tunneling
LONGEST_QUERY = 4_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `query` is encoded already, `api` says which base URL and headers it takes.

    `endpoint` is the stable key for counting calls and quotas (`leadFormResponses.FINDER`). `override` is
    the verb that a tunnelled call stands for. `body` may hold a secret, so it is not part of the `repr`.
    """

    endpoint: str
    method: str
    path: str
    query: str = ""
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None
    api: Surface = "rest"
    override: str | None = None

    def tunnelled(self) -> "Call":
        """The same call with a query that is too long for a URL moved into a POST body; else itself."""
        if self.method != "GET" or len(self.query) <= LONGEST_QUERY:
            return self
        body = self.query.encode("ascii")
        return replace(self, method="POST", query="", body=body, content_type=FORM, override="GET")


def key(text: str) -> str:
    """One path segment that is a key, percent-encoded; a step such as `..` is refused, because it would
    climb.
    """
    if text in ("", ".", ".."):
        raise ValueError("an id was expected")
    return quote(text, safe="")
