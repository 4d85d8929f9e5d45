"""Every setting is parsed once; what stops a start says which setting, where, and what to write instead."""

import re
from pathlib import Path

import pytest

from leadwire.setting_values import is_loopback
from leadwire.settings import Settings, SettingsError, gather, load

DOCS = Path(__file__).parents[1] / "docs" / "configuration.md"
LOCAL = {"LEADWIRE_LINKEDIN_API_URL": "http://127.0.0.1:8001"}


def mistakes(environ: dict[str, str], folder: Path) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(environ, folder)
    return str(refused.value).splitlines()


def test_the_documentation_lists_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", DOCS.read_text(), re.M))
    defaults = {name.upper(): value for name, value in Settings().model_dump().items()}
    written = {
        name: str(value).lower() if isinstance(value, bool) else value for name, value in defaults.items()
    }
    assert {name: value or "" for name, value in written.items()} == rows


def test_the_defaults_work_without_any_setting(tmp_path: Path) -> None:
    settings = load({"PATH": "/bin", "OTHER_HOME": "x"}, tmp_path)
    assert settings == Settings()
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.store_url == f"sqlite:///{Path('.leadwire').absolute()}/leadwire.db"


def test_the_environment_wins_over_dotenv_and_dotenv_over_toml(tmp_path: Path) -> None:
    (tmp_path / "leadwire.toml").write_text('listen = "127.0.0.1:1"\nhome = "toml"\npoll_interval = "7m"\n')
    (tmp_path / ".env").write_text("LEADWIRE_LISTEN=127.0.0.1:2\nLEADWIRE_HOME=dotenv\nSOMETHING=else\n")
    environ = {"LEADWIRE_LISTEN": "[::1]:3"}
    settings = load(environ, tmp_path)
    assert (settings.listen, str(settings.home), settings.poll_interval) == (("::1", 3), "dotenv", 420_000)
    assert settings.listen_url == "http://[::1]:3"
    sources = {name: one.source for name, one in gather(environ, tmp_path).items()}
    assert sources == {"listen": "environment", "home": ".env", "poll_interval": "leadwire.toml"}


def test_toml_may_use_its_own_types(tmp_path: Path) -> None:
    (tmp_path / "leadwire.toml").write_text(
        'LEADWIRE_LINKEDIN_API_URL = "http://localhost:9"\nallow_http_webhooks = true\n'
        'linkedin_scopes = ["r_ads", "r_organization_admin"]\nretention = {SPONSORED = "30d", "*" = "9d"}\n'
        "linkedin_version = 202609\n"
    )
    settings = load({}, tmp_path)
    assert settings.allow_http_webhooks
    assert settings.linkedin_scopes == ("r_ads", "r_organization_admin")
    assert settings.retention == {"SPONSORED": 30 * 86_400_000, "*": 9 * 86_400_000}
    assert settings.linkedin_version == "202609"


def test_a_number_without_a_unit_is_no_duration_in_toml_either(tmp_path: Path) -> None:
    (tmp_path / "leadwire.toml").write_text("settle = 60\n")
    assert mistakes({}, tmp_path) == [
        "LEADWIRE_SETTLE (leadwire.toml): '60' is not a duration. "
        "Write a whole number and s, m, h or d: 90s, 5m, 24h, 365d."
    ]


def test_every_mistake_is_told_at_once_each_on_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LEADWIRE_POLL_INTERVALL=5m\n")
    told = mistakes({"LEADWIRE_LISTEN": "8000", "LEADWIRE_LOG_LEVEL": "loud", **LOCAL}, tmp_path)
    assert len(told) == 3
    assert told[0].startswith(
        "LEADWIRE_POLL_INTERVALL (.env): unknown setting, perhaps LEADWIRE_POLL_INTERVAL;"
    )
    assert told[1] == "LEADWIRE_LISTEN (environment): must be host:port, e.g. 127.0.0.1:8000"
    assert told[2].startswith("LEADWIRE_LOG_LEVEL (environment):")


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("POLL_INTERVAL", "59s", "between 1m and 24h"),
        ("POLL_INTERVAL", "25h", "between 1m and 24h"),
        ("FORMS_INTERVAL", "5 minutes", "is not a duration"),
        ("RETENTION", "365d", "SPONSORED=365d,*=90d"),
        ("RETENTION", "SPONSORED=365d", "with *"),
        ("RETENTION", "FOO=3d,*=90d", "'FOO' is no lead type; known are SPONSORED, EVENT"),
        ("RETENTION", "SPONSERED=365d,*=90d", "perhaps SPONSORED"),
        ("RETENTION", "SPONSORED=0d,*=90d", "'SPONSORED' must be kept at least 1d"),
        ("RETENTION", "SPONSORED=365d,*=0s", "'*' must be kept at least 1d"),
        ("SETTLE", "-5m", "is not a duration"),
        ("RECONCILE_INTERVAL", "0s", "between 1m and 24h"),
        ("SECRET_KEY", ",", "is empty"),
        ("LINKEDIN_SCOPES", "r_ads;r_organization_admin", "cannot be a scope"),
        ("LINKEDIN_SCOPES", "r_ads,R-ADS", "'R-ADS' cannot be a scope"),
        ("LINKEDIN_VERSION", "202613", "e.g. 202609"),
        ("LINKEDIN_VERSION", "202205", "before 202206"),
        ("CALL_LIMITS", "leadForms.FINDER=many", "endpoint=calls a day"),
        ("DATABASE_URL", "mysql://db", "sqlite:/// or postgresql://"),
        ("PUBLIC_URL", "leads.example.com", "https://"),
        ("PUBLIC_URL", "https://leads.example.com/?a=b", "without ?"),
        ("LINKEDIN_API_URL", "http://api.linkedin.com", "https://"),
        ("LINKEDIN_OAUTH_URL", "http://192.0.2.1", "https://"),
        ("LINKEDIN_VERSION", "2026-09", "e.g. 202609"),
        ("RETURN_ORIGINS", "https://crm.example.com/back", "without a path"),
        ("TRUSTED_PROXIES", "proxy.internal", "IP addresses"),
        ("LISTEN", "127.0.0.1:65536", "host:port"),
        ("ALLOW_HTTP_WEBHOOKS", "perhaps", "valid boolean"),
        ("CLOCK", "sundial", "'system' or 'emulator'"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write_instead(
    name: str, value: str, hint: str, tmp_path: Path
) -> None:
    (line,) = mistakes({f"LEADWIRE_{name}": value}, tmp_path)
    assert line.startswith(f"LEADWIRE_{name} (environment): ")
    assert hint in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "new,old"),
        ("SETTLE", "0s"),
        ("RETENTION", "EVENT=1d,*=90d"),
        ("LINKEDIN_VERSION", "202206"),
        ("LINKEDIN_SCOPES", "openid,w_member_social r_1st_connections_size"),
    ],
)
def test_the_last_value_that_is_good_is_good(name: str, value: str, tmp_path: Path) -> None:
    assert load({f"LEADWIRE_{name}": value}, tmp_path)


@pytest.mark.parametrize(("name", "value"), [("CLOCK", "emulator"), ("ALLOW_HTTP_WEBHOOKS", "true")])
def test_what_is_for_the_demo_needs_an_emulator_on_this_machine(
    name: str, value: str, tmp_path: Path
) -> None:
    assert load({f"LEADWIRE_{name}": value, **LOCAL}, tmp_path)
    (line,) = mistakes({f"LEADWIRE_{name}": value}, tmp_path)
    assert line.startswith(f"LEADWIRE_{name}: only for the emulator")


def test_postgresql_needs_a_key_and_half_an_app_is_refused(tmp_path: Path) -> None:
    told = mistakes(
        {"LEADWIRE_DATABASE_URL": "postgresql://db/leads", "LEADWIRE_LINKEDIN_CLIENT_ID": "86abc"}, tmp_path
    )
    assert [line.partition(":")[0] for line in told] == [
        "LEADWIRE_SECRET_KEY",
        "LEADWIRE_LINKEDIN_CLIENT_SECRET",
    ]
    alone = mistakes(
        {"LEADWIRE_LINKEDIN_CLIENT_SECRET": "x", "LEADWIRE_DATABASE_OWNER_URL": "postgresql://x"}, tmp_path
    )
    assert [line.partition(":")[0] for line in alone] == [
        "LEADWIRE_DATABASE_OWNER_URL",
        "LEADWIRE_LINKEDIN_CLIENT_ID",
    ]


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "leadwire.toml").write_text("listen = \n")
    assert mistakes({}, tmp_path)[0].startswith("leadwire.toml: cannot be read: ")


def test_a_dollar_sign_in_a_secret_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LEADWIRE_ADMIN_TOKEN=a${HOME}b-and-so-on\n")
    assert load({}, tmp_path).admin_token == "a${HOME}b-and-so-on"


def test_no_secret_is_shown_or_repeated(tmp_path: Path) -> None:
    secrets = {
        "LEADWIRE_SECRET_KEY": "sesame-1" * 4,
        "LEADWIRE_ADMIN_TOKEN": "sesame-2" * 2,
        "LEADWIRE_LINKEDIN_CLIENT_ID": "86abc",
        "LEADWIRE_LINKEDIN_CLIENT_SECRET": "sesame-3,sesame-4",
        "LEADWIRE_DATABASE_URL": "postgresql://lw:sesame-5@db/leads",
        "LEADWIRE_SMTP_URL": "smtp://lw:sesame-6@mail",
        "LEADWIRE_ALERT_WEBHOOK_URL": "https://hooks.example.com/T0/sesame-7",
    }
    settings = load(secrets, tmp_path)
    assert settings.linkedin_client_secret == ("sesame-3", "sesame-4")
    assert "sesame" not in repr(settings) + str(settings.model_dump())
    assert settings.model_dump()["database_url"] == "postgresql://lw:…@db/leads"
    told = mistakes({**secrets, "LEADWIRE_DATABASE_URL": "mysql://lw:sesame-5@db"}, tmp_path)
    assert "sesame" not in "".join(told)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8001", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:80/x", True),
        ("http://localhost", True),
        ("https://api.linkedin.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("nonsense", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, local: bool) -> None:
    assert is_loopback(url) is local


@pytest.mark.parametrize(
    "toml",
    [
        "poll_interval = " + "9" * 5_000,
        "poll_interval = 0x" + "f" * 5_000,
        "listen = " + "[" * 5_000 + "]" * 5_000,
        "listen = " + "{a=" * 5_000 + "1" + "}" * 5_000,
    ],
    ids=["5,000 digits", "as many in hexadecimal", "lists in lists", "tables in tables"],
)
def test_toml_that_breaks_its_reader_is_a_mistake_of_that_file(tmp_path: Path, toml: str) -> None:
    (tmp_path / "leadwire.toml").write_text(toml)
    (line,) = mistakes({}, tmp_path)
    assert line.startswith("leadwire.toml: cannot be read: ")


def test_the_home_of_nobody_is_a_mistake(tmp_path: Path) -> None:
    (line,) = mistakes({"LEADWIRE_HOME": "~nobody-is-called-so/leadwire"}, tmp_path)
    assert line.startswith("LEADWIRE_HOME (environment): ~nobody-is-called-so is nobody's home")


@pytest.mark.parametrize(
    "listen", ["[:8000", "]:8000", "[]:8000", "a b:8000", "a=b:8000", ":8000", "x:\u0663", "x:123456"]
)
def test_listen_is_a_host_that_can_stand_in_a_url(tmp_path: Path, listen: str) -> None:
    assert mistakes({"LEADWIRE_LISTEN": listen}, tmp_path) == [
        "LEADWIRE_LISTEN (environment): must be host:port, e.g. 127.0.0.1:8000"
    ]


@pytest.mark.parametrize(
    "name", ["public_url", "linkedin_api_url", "alert_webhook_url", "smtp_url", "return_origins"]
)
@pytest.mark.parametrize("port", ["99999", "sesame", "-1", "0"])
def test_the_port_of_a_url_is_looked_at_when_it_is_set_and_not_when_it_is_used(
    tmp_path: Path, name: str, port: str
) -> None:
    scheme = "smtp" if name == "smtp_url" else "https"
    (line,) = mistakes({f"LEADWIRE_{name.upper()}": f"{scheme}://example.com:{port}"}, tmp_path)
    assert line.startswith(f"LEADWIRE_{name.upper()} (environment): must ")
    assert "sesame" not in line


def test_a_setting_whose_name_has_two_lines_is_one_mistake_in_one_line(tmp_path: Path) -> None:
    (line,) = mistakes({"LEADWIRE_A\r\nB": "x"}, tmp_path)
    assert line.startswith("LEADWIRE_A\\r\\nB (environment): unknown setting")
