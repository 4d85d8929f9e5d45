"""From an answer that is no success to the error that names the next move.

Statuses and codes decide, never the text, except for two hints that only the text gives: whose quota a 429
means, and whether a 403 means a scope. Source:
learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling, …/rate-limits and
/linkedin/marketing/error-responses.
"""

import re
from collections.abc import Mapping

from leadwire.linkedin.errors import (
    Forbidden,
    LinkedInError,
    NotFound,
    QuotaOwner,
    Refused,
    Surprise,
    Throttled,
    TokenDead,
    TokenReason,
    TryLater,
    VersionRetired,
)
from leadwire.linkedin.loose import Record, integer, load, record, text

_BY_STATUS: dict[int, type[LinkedInError]] = {
    401: TokenDead,
    403: Forbidden,
    404: NotFound,
    408: TryLater,
    426: VersionRetired,
    429: Throttled,
}
_BY_CODE: dict[str, type[LinkedInError]] = {"NONEXISTENT_VERSION": VersionRetired}
_DEAD: dict[object, TokenReason] = {
    65600: "invalid",
    65601: "revoked",
    65602: "expired",
    65604: "empty",
    "INVALID_ACCESS_TOKEN": "invalid",
    "REVOKED_ACCESS_TOKEN": "revoked",
    "EXPIRED_ACCESS_TOKEN": "expired",
    "EMPTY_ACCESS_TOKEN": "empty",
}
# An HTML page with one of these comes from a box between us and LinkedIn's API; it says nothing about the
# member.
_NOT_FOR_A_MIDDLEBOX = {401, 403, 404}
_SCOPE_MISSING = 100
_QUOTA_OWNERS: tuple[QuotaOwner, ...] = ("application", "member")

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_DAY = re.compile(r"\bDAY\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,5}")


def header(headers: Mapping[str, str], name: str) -> str | None:
    """A header by its lower-case name, however the transport spelled it."""
    if name in headers:
        return headers[name]
    return next((value for key, value in headers.items() if key.lower() == name), None)


def failure(status: int, headers: Mapping[str, str], body: bytes) -> LinkedInError:
    """The error for an answer outside 200 to 299; never raises."""
    said = _said(body)
    code = _code(said)
    service_code = integer(said.get("serviceErrorCode"))
    error = _kind(status, code, body)(
        f"LinkedIn answered {status}"
        + (f" {code}" if code else "")
        + (f" ({service_code})" if service_code else ""),
        status=status,
        code=code,
        service_code=service_code,
        message=(text(said.get("message")) or text(said.get("error_description")) or "")[:1000],
        request_id=header(headers, "x-li-uuid") or header(headers, "x-li-request-id"),
    )
    _detail(error, headers, body)
    return error


def _kind(status: int, code: str | None, body: bytes) -> type[LinkedInError]:
    if status in _NOT_FOR_A_MIDDLEBOX and body.lstrip()[:1] == b"<":
        return TryLater
    known = _BY_CODE.get(code or "") or _BY_STATUS.get(status)
    if known:
        return known
    if 500 <= status <= 599:
        return TryLater
    return Refused if 400 <= status <= 499 else Surprise


def _detail(error: LinkedInError, headers: Mapping[str, str], body: bytes) -> None:
    match error:
        case TryLater():
            seconds = header(headers, "retry-after") or ""  # LinkedIn sends none today; a gateway may
            error.after = float(seconds) if _SECONDS.fullmatch(seconds) else None
        case TokenDead():
            error.reason = _DEAD.get(error.service_code) or _DEAD.get(error.code) or "unknown"
        case Forbidden():
            error.scope_missing = error.service_code == _SCOPE_MISSING and error.message.startswith(
                "Not enough permissions"
            )
        case Surprise():
            error.raw = body
    if isinstance(error, Throttled):
        error.until_midnight = _DAY.search(error.message) is not None
        error.scope = next((who for who in _QUOTA_OWNERS if who.upper() in error.message.upper()), None)


def _said(body: bytes) -> Record:
    try:
        return record(load(body))
    except Surprise:
        return {}


def _code(said: Record) -> str | None:
    code = text(said.get("code")) or text(said.get("error"))
    return code if code and _CODE.fullmatch(code) else None
