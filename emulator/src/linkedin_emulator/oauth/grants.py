"""Permission that members gave: consents, one-time codes, access and refresh tokens.

Source: learn.microsoft.com/en-us/linkedin/shared/authentication/{authorization-code-flow,
programmatic-refresh-tokens}
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from linkedin_emulator.clock import DAY, MINUTE, Millis
from linkedin_emulator.knobs import Knobs

CODE_LIFE = 30 * MINUTE
Status = Literal["active", "expired", "revoked"]


@dataclass(slots=True)
class Grant:
    """One member's consent to one app; `scopes` sorted."""

    client_id: str
    member: str
    scopes: tuple[str, ...]
    granted_at: Millis
    ends_at: Millis
    revoked: bool = False

    def alive(self, now: Millis) -> bool:
        return not self.revoked and now < self.ends_at


@dataclass(slots=True)
class Code:
    grant: Grant
    redirect_uri: str
    expires_at: Millis


@dataclass(slots=True)
class Token:
    value: str
    kind: Literal["access", "refresh"]
    grant: Grant
    minted_at: Millis
    expires_at: Millis
    revoked: bool = False

    def status(self, now: Millis) -> Status:
        """Revocation outranks expiry."""
        if self.revoked or self.grant.revoked:
            return "revoked"
        return "expired" if now >= self.expires_at else "active"


@dataclass(slots=True)
class Grants:
    """All consents, codes and tokens, living and dead."""

    dice: random.Random
    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def consent(
        self, client_id: str, member: str, scopes: Iterable[str], now: Millis, ends_at: Millis
    ) -> Grant:
        """The member allows the scopes; a different scope set kills everything granted before."""
        wanted = tuple(sorted(set(scopes)))
        for earlier in self.of(client_id, member):
            if earlier.scopes != wanted:
                earlier.revoked = True
        grant = Grant(client_id, member, wanted, now, ends_at)
        self.grants.append(grant)
        return grant

    def code(self, grant: Grant, redirect_uri: str, now: Millis) -> str:
        """A one-time code for a consent."""
        value = "AQT" + self._opaque(96)
        self.codes[value] = Code(grant, redirect_uri, now + CODE_LIFE)
        return value

    def mint(self, grant: Grant, kind: Literal["access", "refresh"], now: Millis, knobs: Knobs) -> Token:
        """A new token; no token outlives its grant."""
        ends = grant.ends_at
        if kind == "access":
            ends = min(ends, now + knobs.access_token_days * DAY)
        token = Token(("AQX" if kind == "access" else "AQW") + self._opaque(370), kind, grant, now, ends)
        self.tokens[token.value] = token
        return token

    def alive(self, client_id: str, member: str, scopes: Iterable[str], now: Millis) -> bool:
        """Whether a living grant of exactly these scopes exists."""
        wanted = tuple(sorted(set(scopes)))
        return any(grant.scopes == wanted and grant.alive(now) for grant in self.of(client_id, member))

    def of(self, client_id: str, member: str) -> list[Grant]:
        return [g for g in self.grants if g.client_id == client_id and g.member == member]

    def permits(self, client_id: str, member: str, now: Millis) -> bool:
        """Whether the member still lets the app act for them."""
        return any(grant.alive(now) for grant in self.of(client_id, member))

    def _opaque(self, size: int) -> str:
        return base64.urlsafe_b64encode(self.dice.randbytes(size)).decode().rstrip("=")
