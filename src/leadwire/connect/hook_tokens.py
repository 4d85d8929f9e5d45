"""The addresses LinkedIn is given to push to: one per workspace and account, checkable without a database.

A token says whose it is and carries a MAC over that. It is no secret, but nobody else can make one.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache

HOOKS_PATH = "/hooks/linkedin/"

_MAC = 16  # bytes
_LONGEST = 400
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{1,{_LONGEST}}}", re.ASCII)
_PURPOSE = b"leadwire hook token 1\n"


@dataclass(frozen=True, slots=True)
class HookName:
    """Whose pushes an address takes; `serial` tells it from the same account's earlier addresses."""

    workspace_id: str
    owner: str
    serial: int


class HookTokens:
    """Makes tokens and reads them. The key must outlive them: LinkedIn keeps the address for years."""

    def __init__(self, key: bytes) -> None:
        self._mac = hmac.new(key, _PURPOSE, hashlib.sha256)
        # A real one comes again and again; others are forgotten soon.
        self._read = lru_cache(maxsize=4096)(self._unwrap)

    def make(self, workspace_id: str, owner: str, serial: int) -> str:
        """The token, URL-safe; the same arguments give the same one. `owner` is a URN."""
        named = f"{serial} {workspace_id} {owner}".encode()
        return base64.urlsafe_b64encode(self._sign(named) + named).decode().rstrip("=")

    def read(self, token: str) -> HookName | None:
        """What a token names; None for what was not made with this key."""
        return self._read(token) if _TOKEN.fullmatch(token) else None

    def _unwrap(self, token: str) -> HookName | None:
        try:
            whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        mac, named = whole[:_MAC], whole[_MAC:]
        if not hmac.compare_digest(mac, self._sign(named)):
            return None
        serial, workspace_id, owner = named.decode().split(" ", 2)
        name = HookName(workspace_id, owner, int(serial))
        # The last letter of base64 has bits to spare; one address must have one spelling.
        return name if self.make(workspace_id, owner, name.serial) == token else None

    def _sign(self, named: bytes) -> bytes:
        mac = self._mac.copy()
        mac.update(named)
        return mac.digest()[:_MAC]


def hook_url(public_url: str, token: str) -> str:
    """The address to give to LinkedIn."""
    return public_url.rstrip("/") + HOOKS_PATH + token
