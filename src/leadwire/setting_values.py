"""One setting alone: how its text is read, what it may be, and how people see it (docs, `doctor`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from leadwire.domain.errors import InvalidInput
from leadwire.domain.owners import LEAD_TYPES
from leadwire.domain.times import DAY, MINUTE, Millis, duration_text, parse_duration
from leadwire.linkedin.calls import ENDPOINTS

FIRST_VERSION = "202206"  # learn.microsoft.com/linkedin/marketing/versioning


def is_loopback(url: str) -> bool:
    """Whether a URL's host can only be this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _duration(value: object) -> object:
    return _span(value) if isinstance(value, str) else value


def _span(text: str) -> Millis:
    try:
        return parse_duration(text.strip())
    except InvalidInput as error:
        raise ValueError(str(error)) from None


def _within_a_day(value: Millis) -> Millis:
    if not MINUTE <= value <= DAY:
        raise ValueError("must be between 1m and 24h")
    return value


def _retention(value: object) -> object:
    """`SPONSORED=365d,*=90d` -> {"SPONSORED": ms, "*": ms}."""
    return _pairs(value, _span, "LEAD_TYPE=duration, with * for all others, e.g. SPONSORED=365d,*=90d")


def _covers_all(value: dict[str, Millis]) -> dict[str, Millis]:
    kinds = (*(one for types in LEAD_TYPES.values() for one in types), "*")
    for kind, span in value.items():
        if kind not in kinds:
            near = get_close_matches(kind.upper(), kinds, 1)
            perhaps = f", perhaps {near[0]}" if near else ""
            raise ValueError(f"{kind!r} is no lead type{perhaps}; known are {', '.join(kinds)}")
        if span < DAY:
            raise ValueError(f"{kind!r} must be kept at least 1d: what is older than that is never read")
    if "*" not in value:
        raise ValueError("must say with * how long all other lead types are kept, e.g. SPONSORED=365d,*=90d")
    return value


def _limits(value: object) -> object:
    """`leadFormResponses.FINDER=5000` -> {"leadFormResponses.FINDER": 5000} calls a UTC day."""
    return _pairs(value, int, "endpoint=calls a day, e.g. leadFormResponses.FINDER=5000")


def _called(value: dict[str, int]) -> dict[str, int]:
    for name, calls in value.items():
        if name not in ENDPOINTS:
            near = get_close_matches(name, ENDPOINTS, 1, 0.3)
            raise ValueError(
                f"{name} is no endpoint that Leadwire calls, perhaps {(near or sorted(ENDPOINTS))[0]}"
            )
        if calls < 1:
            raise ValueError(f"{name} must allow at least one call a day")
    return value


def _pairs(value: object, read: Callable[[str], int], form: str) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    try:
        if any(not sign or not name.strip() for name, sign, _ in pairs):
            raise ValueError
        return {name.strip(): read(text.strip()) for name, _, text in pairs}
    except ValueError:
        raise ValueError(f"must be a comma list of {form}") from None


def _listen(value: object) -> object:
    """`host:port` -> (host, port)."""
    if not isinstance(value, str):
        return value
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not _is_host(host) or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        raise ValueError("must be host:port, e.g. 127.0.0.1:8000")
    return host, int(port)


def _is_host(text: str) -> bool:
    """A name or an address: what can be written into a URL again."""
    try:
        return bool(re.fullmatch(r"[A-Za-z0-9._-]+", text) or ip_address(text))
    except ValueError:
        return False


def listen_text(value: tuple[str, int]) -> str:
    """`host:port` as it stands in a URL."""
    host, port = value
    return f"{f'[{host}]' if ':' in host else host}:{port}"


def _url(value: str, *schemes: str) -> SplitResult | None:
    """A URL in its parts; None for what is none, also where only its port is none: who uses it would fail."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and parts.hostname and (parts.port is None or parts.port)
    except ValueError:  # its text may hold a password
        return None
    return parts if good else None


def _base(value: str) -> str:
    parts = _url(value, "http", "https")
    if parts is None or parts.query or parts.fragment:
        raise ValueError("must be a URL that starts with http:// or https://, without ? and #")
    return value.rstrip("/")


def _private(value: str) -> str:
    """Tokens go there: in the clear only to this machine."""
    if value.startswith("http://") and not is_loopback(value):
        raise ValueError("must start with https://; http:// is for an emulator on this machine")
    return value


def _webhook(value: str) -> str:
    parts = _url(value, "http", "https")
    if parts is None or parts.fragment:
        raise ValueError("must be a URL that starts with http:// or https://")
    return value


def _addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    if not all(re.fullmatch(r"[^@<>]+@[^@<>]+", one) for one in value):
        raise ValueError("must be a list of e-mail addresses, e.g. ops@example.com")
    return value


def _smtp(value: str) -> str:
    if _url(value, "smtp", "smtps") is None:
        raise ValueError(
            "must start with smtp:// or smtps://, e.g. smtp://user:password@mail.example.com:587"
        )
    return value


def _version(value: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}(0[1-9]|1[0-2])", value):
        raise ValueError("must be a year and month, e.g. 202609")
    if value < FIRST_VERSION:
        raise ValueError(
            f"is before {FIRST_VERSION}, LinkedIn's first; leave it out for the newest one known"
        )
    return value


def _scopes(value: tuple[str, ...]) -> tuple[str, ...]:
    for scope in value:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", scope):
            raise ValueError(
                f"{scope!r} cannot be a scope; write them with commas or blanks between, e.g. r_ads,openid"
            )
    return value


def _key(value: str) -> str:
    if not all(one.strip() for one in value.split(",")):
        raise ValueError(
            "must be a key, or keys with a comma between, the new one first; one of these is empty"
        )
    return value


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        parts = _url(origin, "http", "https")
        if parts is None or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("must be a list of origins without a path, e.g. https://crm.example.com")
    return value


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for network in value:
        try:
            ip_network(network)
        except ValueError:
            raise ValueError("must be a list of IP addresses or networks, e.g. 10.0.0.0/8") from None
    return value


def _expanded(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError(f"{value.parts[0]} is nobody's home on this machine") from None


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return value


def _no_password(url: str | None) -> str | None:
    return url and re.sub(r"(?<=://)([^/@:]*):[^@]*@", r"\1:…@", url)


def _written_pairs(value: dict[str, int]) -> str:
    return ",".join(f"{name}={number}" for name, number in value.items())


def _written_retention(value: dict[str, Millis]) -> str:
    return ",".join(f"{name}={duration_text(span)}" for name, span in value.items())


# Each kind: how it is read, and how it is written where people see it.
Duration = Annotated[Millis, BeforeValidator(_duration), PlainSerializer(duration_text)]
Interval = Annotated[Duration, AfterValidator(_within_a_day)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), PlainSerializer(",".join)]
Scopes = Annotated[Words, AfterValidator(_scopes)]
Emails = Annotated[Words, AfterValidator(_addresses)]
Origins = Annotated[Words, AfterValidator(_origins)]
Networks = Annotated[Words, AfterValidator(_networks)]
Listen = Annotated[tuple[str, int], BeforeValidator(_listen), PlainSerializer(listen_text)]
Base = Annotated[str, AfterValidator(_base)]
PrivateBase = Annotated[Base, AfterValidator(_private)]
Home = Annotated[Path, AfterValidator(_expanded), PlainSerializer(str)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
SmtpUrl = Annotated[str, AfterValidator(_smtp)]
SecretKey = Annotated[str, AfterValidator(_key)]
Version = Annotated[str, AfterValidator(_version)]
Retention = Annotated[
    dict[str, Millis],
    BeforeValidator(_retention),
    AfterValidator(_covers_all),
    PlainSerializer(_written_retention),
]
CallLimits = Annotated[
    dict[str, int], BeforeValidator(_limits), AfterValidator(_called), PlainSerializer(_written_pairs)
]
Shown = PlainSerializer(_no_password)
# Who has the path of an incoming webhook may post to it.
WebhookUrl = Annotated[
    str,
    AfterValidator(_webhook),
    PlainSerializer(lambda value: value and "{0.scheme}://{0.hostname}/…".format(urlsplit(value))),
]
Masked = PlainSerializer(lambda value: "(set)" if value else "")
Hidden = Field(repr=False)
