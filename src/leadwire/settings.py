"""Every setting, parsed once: environment over `.env` over `leadwire.toml`, prefix `LEADWIRE_`.

An unknown or bad value stops the start with one clear line per mistake.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    model_validator,
)

from leadwire.domain.times import DAY, HOUR, MINUTE
from leadwire.setting_values import (
    Base,
    CallLimits,
    DatabaseUrl,
    Duration,
    Emails,
    Hidden,
    Home,
    Interval,
    Listen,
    Masked,
    Networks,
    Origins,
    PrivateBase,
    Retention,
    Scopes,
    SecretKey,
    Shown,
    SmtpUrl,
    Version,
    WebhookUrl,
    Words,
    is_loopback,
    listen_text,
)

PREFIX = "LEADWIRE_"
DEFAULT_SCOPES = ("r_marketing_leadgen_automation", "r_ads", "r_organization_admin")


class SettingsError(Exception):
    """The start is refused; one line per mistake, each naming its setting and what to write instead."""


class Settings(BaseModel):
    """The values of the deployment. Durations in milliseconds."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
        str_strip_whitespace=True,
    )

    home: Home = Path(".leadwire")
    database_url: Annotated[DatabaseUrl | None, Shown, Hidden] = None
    database_owner_url: Annotated[DatabaseUrl | None, Shown, Hidden] = None
    listen: Listen = ("127.0.0.1", 8000)
    public_url: Base | None = None
    secret_key: Annotated[SecretKey | None, Masked, Hidden] = None
    admin_token: Annotated[str | None, Masked, Hidden] = None
    linkedin_client_id: str | None = None
    linkedin_client_secret: Annotated[Words, Masked, Hidden] = ()
    linkedin_api_url: PrivateBase = "https://api.linkedin.com"
    linkedin_oauth_url: PrivateBase = "https://www.linkedin.com"
    linkedin_version: Version | None = None
    linkedin_scopes: Scopes = DEFAULT_SCOPES
    poll_interval: Interval = 5 * MINUTE
    forms_interval: Interval = HOUR
    heartbeat_interval: Interval = HOUR
    verdict_interval: Interval = HOUR
    reconcile_interval: Interval = DAY
    retention: Retention = {"SPONSORED": 365 * DAY, "*": 90 * DAY}
    settle: Duration = 60 * MINUTE
    delete_confirm_after: Duration = 10 * MINUTE
    delete_max_age: Duration = 80 * DAY
    call_limits: CallLimits = {}
    return_origins: Origins = ()
    trusted_proxies: Networks = ()
    allow_http_webhooks: bool = False
    clock: Literal["system", "emulator"] = "system"
    emulator_listen: Listen = ("127.0.0.1", 8001)
    alert_webhook_url: Annotated[WebhookUrl | None, Hidden] = None
    alert_emails: Emails = ()
    smtp_url: Annotated[SmtpUrl | None, Shown, Hidden] = None
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
            self.on_postgres and self.secret_key is None,
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
