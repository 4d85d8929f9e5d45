"""`python -m linkedin_emulator`: a LinkedIn of your own."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from linkedin_emulator.emulator import WORLDS, Emulator
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.server.serving import PortTakenError, listen, serve
from linkedin_emulator.server.sockets import deliver
from linkedin_emulator.world.demo import AppSettings
from linkedin_emulator.world_file import WorldFile

BULK_FORM = 11780444


def main(argv: Sequence[str] | None = None) -> int:
    """Start and serve; 0 after a signal, 1 if the port is taken, 2 for wrong arguments."""
    parser = _parser()
    given = parser.parse_args(argv)
    host, _, port = given.listen.rpartition(":")
    if not host or not port.isdigit():
        parser.error("--listen takes HOST:PORT")
    kept = WorldFile(Path(given.state)) if given.state else None
    try:
        emulator = _emulator(given, kept)
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"--state {given.state}: {error.strerror}")
    try:
        sock = listen(host.strip("[]"), int(port))
    except PortTakenError as error:
        print(f"linkedin-emulator: {error}", file=sys.stderr)
        return 1
    print(
        f"LinkedIn emulator at http://{host}:{sock.getsockname()[1]} (seed {emulator.state.seed})", flush=True
    )
    serve(emulator, sock, kept)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("linkedin-emulator", description="LinkedIn's Lead Sync API, offline.")
    parser.add_argument("--listen", default="127.0.0.1:8001", metavar="HOST:PORT")
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is random")
    parser.add_argument("--world", choices=sorted(WORLDS), default="demo")
    parser.add_argument("--leads", type=int, default=0, metavar="N", help="so many more leads over 365 days")
    parser.add_argument("--client-id", metavar="ID")
    parser.add_argument(
        "--client-secret", action="append", metavar="SECRET", help="repeatable; the first signs"
    )
    parser.add_argument("--redirect-uri", action="append", metavar="URI", help="repeatable")
    parser.add_argument(
        "--no-refresh-tokens", action="store_true", help="an app without programmatic refresh"
    )
    parser.add_argument("--knob", action="append", default=[], metavar="NAME=JSON", help="repeatable")
    parser.add_argument("--state", metavar="FILE", help="keep the world there, and go on from it")
    return parser


def _emulator(given: argparse.Namespace, kept: WorldFile | None) -> Emulator:
    usual = AppSettings()
    app = AppSettings(
        given.client_id or usual.client_id,
        given.client_secret or usual.secrets,
        given.redirect_uri or usual.redirect_uris,
        not given.no_refresh_tokens,
    )
    knobs = dict(_knob(text) for text in given.knob)
    emulator = Emulator(given.seed, world=given.world, deliver=deliver, knobs=knobs, app=app)
    world, trouble = kept.load() if kept else (None, "")
    if trouble:
        print(f"linkedin-emulator: {trouble}", file=sys.stderr, flush=True)
    if world is not None:
        emulator.go_on(world, app, knobs)
    elif given.leads:
        emulator.control.leads.generate(BULK_FORM, given.leads)
    return emulator


def _knob(text: str) -> tuple[str, Json]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


if __name__ == "__main__":
    sys.exit(main())
