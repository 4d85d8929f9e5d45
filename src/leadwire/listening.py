"""A socket to listen on, and in plain words why there is none."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
PROC = Path("/proc")


class CannotListen(Exception):
    """There is no socket to be had; the text says why and what to do."""


def listen(address: tuple[str, int], setting: str) -> socket.socket:
    """A listening socket. Raises CannotListen; `setting` is what would choose another address."""
    host, port = address
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise CannotListen(f"{host} is no address of this machine; set {setting} to another one") from None
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(where)
        opened.listen()  # at once: until somebody listens, a second one could bind too
    except OSError as error:
        opened.close()
        raise CannotListen(_why(error, host, port, setting)) from None
    return opened


def reached_at(opened: socket.socket) -> str:
    """The URL under which a program on this machine reaches a socket."""
    host, port = opened.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (named, not bound)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def holder(port: int) -> str | None:
    """Who listens on a port of this machine, `pid 4711 (nginx -g daemon)`; None where that cannot be seen."""
    inodes = _listening_inodes(port)
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):  # another user's, or it has just ended
            if any(str(link.readlink()) in inodes for link in (process / "fd").iterdir()):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                return f"pid {process.name} ({command.strip()[:120]})"
    return None


def _listening_inodes(port: int) -> set[str]:
    """`socket:[inode]` of every socket that listens on the port (proc_pid_net(5), field 1, 3 and 9)."""
    found = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return found


def _why(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        by = holder(port) or "another program"
        return f"port {port} is taken by {by}; end that, or set {setting} to another address"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this process has; set {setting} to one above 1023"
    return f"{host}:{port} cannot be listened on ({error.strerror}); set {setting} to another address"
