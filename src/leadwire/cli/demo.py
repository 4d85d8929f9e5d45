"""`leadwire demo`: Leadwire and a LinkedIn to play with, in one foreground process and its child."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from leadwire.cli import tell
from leadwire.cli.ends import Failed
from leadwire.cli.serving import leave
from leadwire.listening import listen
from leadwire.setting_values import listen_text
from leadwire.settings import DEFAULT_SCOPES, Settings, load

CLIENT_ID = "demo-app"
WORLD = "emulator.world"  # in HOME
CHILD_ENDS = 3.0  # seconds
PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
BLOCK = """
  Leadwire    {leadwire}
  LinkedIn    {linkedin}    (the emulator)
  Campaigns   {linkedin}/campaign-manager/    (its Campaign Manager: build forms, submit leads)
  API key     {key}
  Data        {data}

  Next: open {leadwire} and press Connect LinkedIn, or type in another terminal

      {command} connect --open
      {command} accounts
      {command} accounts enable ACCOUNT

  Ctrl-C ends the demo. Its leads, and the emulator's world, stay in {home}.
"""


def demo(
    leads: Annotated[int, typer.Option(min=0, help="So many more leads in the emulator's fresh world.")] = 0,
    seed: Annotated[int, typer.Option(help="Decides everything random in a fresh world.")] = 1,
) -> None:
    """Run Leadwire with a LinkedIn emulator, on SQLite in ./.leadwire, until Ctrl-C."""
    secret = secrets.token_urlsafe(18)
    settings = _settings(secret)
    # First of all, so that nothing is started in vain; the emulator would not say who holds its port.
    for address, setting in ((settings.listen, "LISTEN"), (settings.emulator_listen, "EMULATOR_LISTEN")):
        listen(address, f"LEADWIRE_{setting}").close()
    from leadwire import logs, server  # loading the app takes longer than most commands
    from leadwire.home import make_home

    logs.configure(settings.log_level, settings.log_format)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # until the server takes it over
    world = make_home(settings.home) / WORLD
    if world.exists() and (leads or seed != 1):
        tell.note(f"--leads and --seed are for a fresh world; the emulator goes on with the one in {world}")
    more = ["--leads", str(leads), "--seed", str(seed), "--state", str(world)]
    with _emulator(settings, secret, more) as child:
        code = server.serve(
            settings,
            announce=lambda running: _announce(settings, running.url, running.key),
            healthy=lambda: child.poll() is None,
        )
    leave(code)


def _settings(secret: str) -> Settings:
    """The folder's own settings, but LinkedIn is the emulator. Quiet, unless a log level is asked for."""
    plain = load(os.environ, Path.cwd())
    linkedin = f"http://{listen_text(plain.emulator_listen)}"
    demo = {
        "LINKEDIN_API_URL": linkedin,
        "LINKEDIN_OAUTH_URL": linkedin,
        "LINKEDIN_CLIENT_ID": CLIENT_ID,
        "LINKEDIN_CLIENT_SECRET": secret,
        "LINKEDIN_SCOPES": ",".join((*DEFAULT_SCOPES, "r_basicprofile")),
        "ALLOW_HTTP_WEBHOOKS": "true",
        "CLOCK": "emulator",
    }
    if "log_level" not in plain.model_fields_set:
        demo["LOG_LEVEL"] = "WARNING"
    return load({**os.environ, **{f"LEADWIRE_{name}": value for name, value in demo.items()}}, Path.cwd())


def emulator_options(settings: Settings, secret: str) -> list[str]:
    """What the emulator is told: where it listens, and which app may ask it."""
    return [
        *("--listen", listen_text(settings.emulator_listen)),
        *("--client-id", CLIENT_ID, f"--client-secret={secret}"),  # which may begin with a dash
        *("--redirect-uri", f"{settings.base_url}/oauth/linkedin/callback"),
        *("--knob", "allow_http_webhooks=true"),
    ]


@contextmanager
def _emulator(settings: Settings, secret: str, more: list[str]) -> Iterator[subprocess.Popen[str]]:
    """The emulator once it listens; ended with the block, whatever happens in it."""
    command = [sys.executable, "-m", "linkedin_emulator", *emulator_options(settings, secret), *more]
    # A session of its own: Ctrl-C reaches us alone, and the child is ended last.
    child = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_dies_with_us
    )
    try:
        assert child.stdout is not None
        if not child.stdout.readline():
            raise Failed("the emulator did not start")
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(CHILD_ENDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _dies_with_us() -> None:
    """In the child: a second Ctrl-C or a SIGKILL leaves its parent no time to end it, and it would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGTERM)


def _announce(settings: Settings, url: str, key: str) -> None:
    home = settings.home.absolute()
    words = BLOCK.format(
        leadwire=settings.base_url if settings.public_url else url,
        linkedin=settings.linkedin_api_url,
        key=key,
        data=settings.model_dump()["database_url"] or home / "leadwire.db",
        command=_command(),
        home=home,
    )
    tell.line(words)
    sys.stdout.flush()


def _command() -> str:
    """How this program is called from here."""
    if shutil.which("leadwire"):
        return "leadwire"
    program = Path(sys.argv[0])
    try:
        return str(program.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(program)
