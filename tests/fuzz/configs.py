"""Settings from environment, `.env` and TOML: values, or one clear line for each mistake that shows no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from tests.fuzz.engine import Check, Target
from tests.fuzz.mutator import odd_text, splintered

from leadwire.settings import PREFIX, Settings, SettingsError, load

CANARY = "c4n4ry-5f1e"
SECRET = ("secret_key", "admin_token", "linkedin_client_secret")
HOLDS = (*SECRET, "database_url", "database_owner_url", "alert_webhook_url", "smtp_url")
GOOD: dict[str, tuple[str, ...]] = {
    "home": (".leadwire", "~/x", "~nobody-of-this-name/x", "/var/lib/leadwire", "\0", "a" * 5000),
    "database_url": (
        "sqlite:///x.db",
        f"postgresql://u:{CANARY}@h/d",
        f"postgresql://u:{CANARY}@[h/d",
        "sqlite:///",
    ),
    "database_owner_url": (f"postgresql://o:{CANARY}@h:99999/d", "sqlite:///y"),
    "listen": ("127.0.0.1:8000", "[::1]:0", ":1", "x:65536", "x:" + "9" * 5000, "x:\u0663", "::", "[:1"),
    "public_url": (
        "https://leads.example.com",
        "https://x/y/",
        "http://[::1",
        "https://x:99999",
        "https://x?",
        "//x",
    ),
    "secret_key": (CANARY * 3, f"{CANARY * 3},b", CANARY, f"{CANARY},b", " , "),
    "admin_token": (CANARY * 2, CANARY),
    "linkedin_client_id": ("78abc",),
    "linkedin_client_secret": (f"{CANARY},{CANARY}-old", CANARY),
    "linkedin_api_url": (
        "https://api.linkedin.com",
        "http://127.0.0.1:8001",
        "http://[::ffff:127.0.0.1]",
        "http://[x]",
    ),
    "linkedin_oauth_url": ("https://www.linkedin.com", "http://localhost", "http://localhost."),
    "linkedin_version": ("202609", "202613", "20260٣"),
    "linkedin_scopes": ("r_ads", "r_ads,r_organization_admin", ",", "r_ads;r_x", "R"),
    "poll_interval": ("5m", "1m", "24h", "0s", "999999999d", "٣m", " 5m ", "5 m", "-5m"),
    "reconcile_interval": ("1d", "999999999d"),
    "retention": (
        "SPONSORED=365d,*=90d",
        "*=1d",
        "=1d",
        "*",
        "*=1d,*=2d",
        "SPONSORED=1d",
        "FOO=1d,*=1d",
        "a b=1d,*=1d",
    ),
    "settle": ("60m", "0s", "999999999d"),
    "call_limits": (
        "leadFormResponses.FINDER=5000",
        "me.GET=0",
        "x=1",
        "me.GET=" + "9" * 5000,
        "me.GET=٣",
        "me.GET=1_0",
    ),
    "return_origins": ("https://crm.example.com", "https://x/", "https://[", "null", "https://x:99999"),
    "trusted_proxies": ("10.0.0.0/8", "10.0.0.1/8", "::/0", "x", "10.0.0.0/8 ::1"),
    "allow_http_webhooks": ("true", "yes", "2", "TRUE", ""),
    "clock": ("system", "emulator", "SYSTEM"),
    "emulator_listen": ("127.0.0.1:8001",),
    "alert_webhook_url": (
        f"https://hooks.example.com/{CANARY}",
        f"https://[{CANARY}",
        "ftp://x",
        "https://x/#y",
    ),
    "alert_emails": ("ops@example.com", "a@b,c@d", "@", "<a@b>"),
    "smtp_url": (
        f"smtp://u:{CANARY}@mail.example.com:587",
        f"smtps://u:{CANARY}@[x",
        "smtp://",
        f"smtp://u:{CANARY}@h:x",
    ),
    "log_level": ("INFO", "debug", "ſ", "ß"),
    "log_format": ("text", "JSON"),
    "poll_intervall": ("5m",),
    "": ("x",),
}
NAMES = tuple(GOOD)
TOML = (
    "9" * 5000,
    "0x" + "f" * 5000,
    "[" * 2000 + "]" * 2000,
    "{a=" * 500 + "1" + "}" * 500,
    "1e999",
    "nan",
    "-0",
)
TOML += (
    "[1,[2,3]]",
    "{ '*' = '1d' }",
    "1979-05-27T07:32:00Z",
    '"\\u0000"',
    "'''\n'''",
    '"\\ud800"',
    "5000",
    "true",
)


@dataclass(frozen=True)
class Case:
    environ: dict[str, str]
    toml: bytes | None
    dotenv: bytes | None = field(default=None)


def make(dice: Random) -> Case:
    names = [_name(dice) for _ in range(dice.randint(0, 3))]
    environ = {PREFIX + name.upper(): _value(dice, name) for name in names}
    environ |= {PREFIX + name.upper(): _value(dice, name) for name in dice.sample(NAMES, dice.randint(0, 3))}
    toml = dotenv = None
    if dice.random() < 0.5:
        lines = [f"{name or 'x'} = {_toml(dice, name)}" for name in dice.sample(NAMES, dice.randint(1, 3))]
        toml = "\n".join(lines).encode("utf-8", "surrogatepass")
        toml = splintered(toml, dice) if dice.random() < 0.2 else toml
    if dice.random() < 0.2:
        lines = [
            f"{PREFIX}{name.upper()}={_value(dice, name)}" for name in dice.sample(NAMES, dice.randint(1, 3))
        ]
        dotenv = "\n".join(lines).encode("utf-8", "surrogatepass")
        dotenv = splintered(dotenv, dice) if dice.random() < 0.2 else dotenv
    return Case(environ, toml, dotenv)


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    def each(cases: Sequence[Case]) -> Iterator[tuple[int, Exception]]:
        for place, case in enumerate(cases):
            try:
                _check(case, folder)
            except Exception as error:
                yield place, error

    yield each


def _check(case: Case, folder: Path) -> None:
    for name, body in (("leadwire.toml", case.toml), (".env", case.dotenv)):
        if body is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_bytes(body)
    try:
        settings = load(case.environ, folder)
    except SettingsError as error:
        said = str(error)
        assert CANARY not in said.replace("\\", ""), f"a secret is shown: {said[:300]!r}"
        assert said.strip() and all(
            line.startswith((PREFIX, "leadwire.toml", ".env")) for line in said.split("\n")
        ), f"a line that names no setting: {said[:300]!r}"
        return
    _check_settings(settings)


def _check_settings(settings: Settings) -> None:
    """What was accepted can be used, shown without a secret, and given again as it is shown."""
    shown = settings.model_dump()
    assert CANARY not in repr(shown) + repr(settings), "a secret is shown"
    assert settings.base_url and settings.store_url and settings.listen_url
    assert isinstance(settings.takes_pushes, bool)
    for url in (settings.base_url, settings.linkedin_api_url, settings.smtp_url, settings.alert_webhook_url):
        assert url is None or urlsplit(url).port is None or urlsplit(url).hostname
    again = {name: str(value) for name, value in shown.items() if _tells_all(name, value)}
    secret = {name: getattr(settings, name) for name in (*SECRET, *(set(shown) - set(again)))}
    assert Settings.model_validate(again | secret) == settings, "shown otherwise than it is"


def _tells_all(name: str, value: object) -> bool:
    return name not in HOLDS and value is not None and isinstance(value, str) and name != "home"


def _name(dice: Random) -> str:
    return dice.choice(NAMES) if dice.random() < 0.9 else odd_text(dice)


def _value(dice: Random, name: str) -> str:
    """For the setting, for another one, or odd; as an environment can hold it."""
    kind = dice.randrange(10)
    if kind < 7:
        text = dice.choice(GOOD.get(name, ("x",)))
    elif kind < 9 or name in SECRET:
        text = dice.choice(GOOD[dice.choice(NAMES)])
    else:
        text = odd_text(dice)
    # What is no secret may be shown, whatever somebody writes into it.
    return text.replace("\0", "").replace(CANARY, CANARY if name in HOLDS else "x")


def _toml(dice: Random, name: str) -> str:
    if dice.random() < 0.3:
        return dice.choice(TOML)
    text = _value(dice, name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


TARGET = Target("settings", 50, make, opened)
