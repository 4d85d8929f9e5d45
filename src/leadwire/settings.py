"""Every setting, parsed once: environment over `.env` over `leadwire.toml`, prefix `LEADWIRE_`.

An unknown or bad value stops the start with one clear line per mistake.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis, duration_text, parse_duration
from leadwire.linkedin.calls import ENDPOINTS

PREFIX = "LEADWIRE_"
DEFAULT_SCOPES = ("r_marketing_leadgen_automation", "r_ads", "r_organization_admin")


class SettingsError(Exception):
    """The start is refused; one line per mistake, each naming its setting and what to write instead."""


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


# Each kind: how it is read, and how it is written where people see it (docs, `doctor`).
Duration = Annotated[Millis, BeforeValidator(_duration), PlainSerializer(duration_text)]
Interval = Annotated[Duration, AfterValidator(_within_a_day)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), PlainSerializer(",".join)]
Listen = Annotated[tuple[str, int], BeforeValidator(_listen), PlainSerializer(listen_text)]
Base = Annotated[str, AfterValidator(_base)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Shown = PlainSerializer(_no_password)
# Who has the path of an incoming webhook may post to it.
Hosted = PlainSerializer(lambda value: value and "{0.scheme}://{0.hostname}/…".format(urlsplit(value)))
Masked = PlainSerializer(lambda value: "(set)" if value else "")
Hidden = Field(repr=False)


class Settings(BaseModel):
    """The values of the deployment. Durations in milliseconds."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
        str_strip_whitespace=True,
    )

    home: Annotated[Path, AfterValidator(_expanded), PlainSerializer(str)] = Path(".leadwire")
    database_url: Annotated[DatabaseUrl | None, Shown, Hidden] = None
    database_owner_url: Annotated[DatabaseUrl | None, Shown, Hidden] = None
    listen: Listen = ("127.0.0.1", 8000)
    public_url: Base | None = None
    secret_key: Annotated[str | None, Masked, Hidden] = None
    admin_token: Annotated[str | None, Masked, Hidden] = None
    linkedin_client_id: str | None = None
    linkedin_client_secret: Annotated[Words, Masked, Hidden] = ()
    linkedin_api_url: Annotated[Base, AfterValidator(_private)] = "https://api.linkedin.com"
    linkedin_oauth_url: Annotated[Base, AfterValidator(_private)] = "https://www.linkedin.com"
    linkedin_version: Annotated[str, AfterValidator(_version)] | None = None
    linkedin_scopes: Words = DEFAULT_SCOPES
    poll_interval: Interval = 5 * MINUTE
    forms_interval: Interval = HOUR
    heartbeat_interval: Interval = HOUR
    verdict_interval: Interval = HOUR
    reconcile_interval: Duration = DAY
    retention: Annotated[
        dict[str, Millis],
        BeforeValidator(_retention),
        AfterValidator(_covers_all),
        PlainSerializer(_written_retention),
    ] = {"SPONSORED": 365 * DAY, "*": 90 * DAY}
    settle: Duration = 60 * MINUTE
    delete_confirm_after: Duration = 10 * MINUTE
    delete_max_age: Duration = 80 * DAY
    call_limits: Annotated[
        dict[str, int], BeforeValidator(_limits), AfterValidator(_called), PlainSerializer(_written_pairs)
    ] = {}
    return_origins: Annotated[Words, AfterValidator(_origins)] = ()
    trusted_proxies: Annotated[Words, AfterValidator(_networks)] = ()
    allow_http_webhooks: bool = False
    clock: Literal["system", "emulator"] = "system"
    emulator_listen: Listen = ("127.0.0.1", 8001)
    alert_webhook_url: Annotated[Annotated[str, AfterValidator(_webhook)] | None, Hosted, Hidden] = None
    alert_emails: Annotated[Words, AfterValidator(_addresses)] = ()
    smtp_url: Annotated[Annotated[str, AfterValidator(_smtp)] | None, Shown, Hidden] = None
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = "text"

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        mistakes = [f"{PREFIX}{name}: {text}" for name, text, wrong in self._between() if wrong]
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    def _between(self) -> Iterable[tuple[str, str, bool]]:
        """What no setting can say alone: (setting, what to do, whether it is wrong)."""
        real = not is_loopback(self.linkedin_api_url)
        demo_only = f"only for the emulator; refused because {PREFIX}LINKEDIN_API_URL is not on this machine"
        yield "CLOCK", demo_only, real and self.clock == "emulator"
        yield "ALLOW_HTTP_WEBHOOKS", demo_only, real and self.allow_http_webhooks
        yield (
            "SECRET_KEY",
            "needed with PostgreSQL, where no key is generated; write 32 random bytes, "
            "e.g. from `openssl rand -base64 32`",
            self.on_postgres and not (self.secret_key or "").strip(" ,"),
        )
        yield (
            "DATABASE_OWNER_URL",
            f"only beside a PostgreSQL {PREFIX}DATABASE_URL",
            self.database_owner_url is not None and not self.on_postgres,
        )
        yield (
            "ALERT_EMAILS",
            f"nothing can be mailed without {PREFIX}SMTP_URL",
            bool(self.alert_emails) and self.smtp_url is None,
        )
        yield (
            "LINKEDIN_CLIENT_SECRET",
            f"missing beside {PREFIX}LINKEDIN_CLIENT_ID; both stand on the app's Auth tab",
            self.linkedin_client_id is not None and not self.linkedin_client_secret,
        )
        yield (
            "LINKEDIN_CLIENT_ID",
            f"missing beside {PREFIX}LINKEDIN_CLIENT_SECRET; both stand on the app's Auth tab",
            self.linkedin_client_id is None and bool(self.linkedin_client_secret),
        )

    @property
    def on_postgres(self) -> bool:
        return bool(self.database_url and self.database_url.startswith("postgresql://"))

    @property
    def store_url(self) -> str:
        """Where the leads are: the given database, or the SQLite file in HOME."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'leadwire.db'}"

    @property
    def listen_url(self) -> str:
        return f"http://{listen_text(self.listen)}"

    @property
    def base_url(self) -> str:
        """Where LinkedIn and browsers reach this deployment."""
        return self.public_url or self.listen_url

    @property
    def takes_pushes(self) -> bool:
        """Whether LinkedIn can push here: to public https, or, if it is the emulator, to this machine."""
        if is_loopback(self.base_url):
            secure = self.base_url.startswith("https://") and is_loopback(self.linkedin_api_url)
            return self.allow_http_webhooks or secure
        return self.base_url.startswith("https://")


@dataclass(frozen=True)
class Given:
    """One setting as somebody wrote it down, and where."""

    value: str
    source: str


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings. Raises SettingsError with every mistake found, one a line."""
    given = gather(environ, folder)
    mistakes = [
        f"{PREFIX}{_spelled(name)} ({one.source}): unknown setting{_perhaps(name)}; "
        "docs/configuration.md lists the known ones"
        for name, one in given.items()
        if name not in Settings.model_fields
    ]
    known = {name: one.value for name, one in given.items() if name in Settings.model_fields}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        mistakes += [_line(mistake, given) for mistake in error.errors()]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def gather(environ: Mapping[str, str], folder: Path) -> dict[str, Given]:
    """What is set, by the setting's name in lower case; an empty text sets nothing. Raises SettingsError."""
    return {
        **_from_toml(folder / "leadwire.toml"),
        **_from_dotenv(folder / ".env"),
        **_named(environ, "environment"),
    }


def _spelled(name: str) -> str:
    """In capitals and on one line, whatever somebody has called it."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name.upper())


def _perhaps(name: str) -> str:
    near = get_close_matches(name, Settings.model_fields, 1)
    return f", perhaps {PREFIX}{near[0].upper()}" if near else ""


def _line(mistake: Mapping[str, Any], given: Mapping[str, Given]) -> str:
    text = str(mistake["msg"]).removeprefix("Value error, ")
    if not mistake["loc"]:
        return text
    name = str(mistake["loc"][0])
    source = f" ({given[name].source})" if name in given else ""
    return f"{PREFIX}{name.upper()}{source}: {text}"


def _named(values: Mapping[str, str | None], source: str) -> dict[str, Given]:
    return {
        name.removeprefix(PREFIX).lower(): Given(value, source)
        for name, value in values.items()
        if name.startswith(PREFIX) and value
    }


def _from_dotenv(path: Path) -> dict[str, Given]:
    if not path.is_file():
        return {}
    try:
        return _named(dotenv_values(path, interpolate=False), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: cannot be read: {error}") from None


def _from_toml(path: Path) -> dict[str, Given]:
    if not path.is_file():
        return {}
    prefix = PREFIX.lower()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            name.lower().removeprefix(prefix): Given(_as_text(v), path.name) for name, v in values.items()
        }
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        raise SettingsError(f"{path.name}: cannot be read: {error}") from None


def _as_text(value: object) -> str:
    """A TOML value as the same setting stands in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_as_text, value))
    if isinstance(value, dict):
        return ",".join(f"{name}={_as_text(one)}" for name, one in value.items())
    return str(value)
