"""Every setting, parsed once: environment over `.env` over `leadwire.toml`, prefix `LEADWIRE_`.

An unknown or bad value stops the start with one clear line per mistake.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from leadwire.domain.errors import InvalidInput
from leadwire.domain.times import DAY, HOUR, MINUTE, Millis, parse_duration

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


def _retention(value: object) -> object:
    """`SPONSORED=365d,*=90d` -> {"SPONSORED": ms, "*": ms}."""
    return _pairs(value, _span, "LEAD_TYPE=duration, with * for all others, e.g. SPONSORED=365d,*=90d")


def _limits(value: object) -> object:
    """`leadFormResponses.FINDER=5000` -> {"leadFormResponses.FINDER": 5000} calls a UTC day."""
    return _pairs(value, int, "endpoint=calls a day, e.g. leadFormResponses.FINDER=5000")


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
    host, sign, port = value.rpartition(":")
    if not sign or not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError("must be host:port, e.g. 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def _base(value: object) -> object:
    if isinstance(value, str) and not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return value.rstrip("/") if isinstance(value, str) else value


Duration = Annotated[Millis, BeforeValidator(_duration)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Listen = Annotated[tuple[str, int], BeforeValidator(_listen)]
Base = Annotated[str, BeforeValidator(_base)]


class Settings(BaseModel):
    """The values of the deployment. Durations in milliseconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)

    home: Path = Path(".leadwire")
    database_url: str | None = None
    database_owner_url: str | None = None
    listen: Listen = ("127.0.0.1", 8000)
    public_url: Base | None = None
    secret_key: str | None = None
    admin_token: str | None = None
    linkedin_client_id: str | None = None
    linkedin_client_secret: Words = ()
    linkedin_api_url: Base = "https://api.linkedin.com"
    linkedin_oauth_url: Base = "https://www.linkedin.com"
    linkedin_version: str | None = None
    linkedin_scopes: Words = DEFAULT_SCOPES
    poll_interval: Duration = 5 * MINUTE
    forms_interval: Duration = HOUR
    heartbeat_interval: Duration = HOUR
    verdict_interval: Duration = HOUR
    reconcile_interval: Duration = DAY
    retention: Annotated[dict[str, Millis], BeforeValidator(_retention)] = {
        "SPONSORED": 365 * DAY,
        "*": 90 * DAY,
    }
    settle: Duration = 60 * MINUTE
    delete_confirm_after: Duration = 10 * MINUTE
    delete_max_age: Duration = 80 * DAY
    call_limits: Annotated[dict[str, int], BeforeValidator(_limits)] = {}
    return_origins: Words = ()
    trusted_proxies: Words = ()
    allow_http_webhooks: bool = False
    clock: Literal["system", "emulator"] = "system"
    emulator_listen: Listen = ("127.0.0.1", 8001)
    alert_webhook_url: str | None = None
    alert_emails: Words = ()
    smtp_url: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if not is_loopback(self.linkedin_api_url):
            for name, wanted in (("clock", self.clock == "emulator"), ("allow_http_webhooks", self.allow_http_webhooks)):
                if wanted:
                    raise ValueError(
                        f"{PREFIX}{name.upper()}: only for the emulator; it is refused because "
                        f"{PREFIX}LINKEDIN_API_URL is not on this machine"
                    )
        if self.database_url and not self.database_url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError(f"{PREFIX}DATABASE_URL: must start with sqlite:/// or postgresql://")
        if self.on_postgres and not self.secret_key:
            raise ValueError(
                f"{PREFIX}SECRET_KEY: needed with PostgreSQL, where no key is generated; "
                "write 32 random bytes, e.g. from `openssl rand -base64 32`"
            )
        for name in ("poll_interval", "forms_interval", "heartbeat_interval", "verdict_interval"):
            if not MINUTE <= getattr(self, name) <= DAY:
                raise ValueError(f"{PREFIX}{name.upper()}: must be between 1m and 24h")
        return self

    @property
    def on_postgres(self) -> bool:
        return bool(self.database_url and self.database_url.startswith("postgresql://"))

    @property
    def store_url(self) -> str:
        """Where the leads are: the given database, or the SQLite file in HOME."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'leadwire.db'}"

    @property
    def listen_url(self) -> str:
        host, port = self.listen
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def base_url(self) -> str:
        """Where LinkedIn and browsers reach this deployment."""
        return self.public_url or self.listen_url


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings. Raises SettingsError with every mistake found, one a line."""
    given = {**_from_toml(folder / "leadwire.toml"), **_from_dotenv(folder / ".env"), **_named(environ, "environment")}
    mistakes = [
        f"{PREFIX}{name.upper()} ({source}): unknown setting; `leadwire doctor` lists the known ones"
        for name, (_, source) in given.items()
        if name not in Settings.model_fields
    ]
    known = {name: value for name, (value, _) in given.items() if name in Settings.model_fields and value != ""}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        mistakes += [_line(mistake) for mistake in error.errors()]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def _line(mistake: Mapping[str, Any]) -> str:
    text = str(mistake["msg"]).removeprefix("Value error, ")
    if not mistake["loc"]:
        return text
    return f"{PREFIX}{str(mistake['loc'][0]).upper()}: {text}"


def _named(values: Mapping[str, str | None], source: str) -> dict[str, tuple[Any, str]]:
    return {
        name.removeprefix(PREFIX).lower(): (value, source)
        for name, value in values.items()
        if name.startswith(PREFIX) and value is not None
    }


def _from_dotenv(path: Path) -> dict[str, tuple[Any, str]]:
    return _named(dotenv_values(path), path.name) if path.is_file() else {}


def _from_toml(path: Path) -> dict[str, tuple[Any, str]]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: cannot be read: {error}") from None
    return {name.lower().removeprefix(PREFIX.lower()): (value, path.name) for name, value in values.items()}
