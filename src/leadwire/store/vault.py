"""What the store keeps secret: values sealed for their row, and the hashes that erasure leaves behind."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, select

from leadwire.store.errors import SchemaTooOld, SealBroken, WrongKey
from leadwire.store.seal import Keyring

ERASURE = "erasure"
HOOKS = "hooks"


def place_of(name: str) -> tuple[str, ...]:
    """The associated data of a deployment secret."""
    return ("", "secrets", "sealed", name)


@dataclass(frozen=True, slots=True)
class Vault:
    """The keyring, and two keys that outlive every SECRET_KEY: the one under which erased ids are hashed, and
    the one that marks the addresses given to LinkedIn.
    """

    keys: Keyring
    erasure_key: bytes = field(repr=False)
    hook_key: bytes = field(repr=False)

    def seal(self, plain: str | None, aad: tuple[str, ...]) -> bytes | None:
        """Keyring.seal, None stays None."""
        return None if plain is None else self.keys.seal(plain, aad)

    def open(self, sealed: bytes | None, aad: tuple[str, ...]) -> str | None:
        """Keyring.open, None stays None."""
        return None if sealed is None else self.keys.open(sealed, aad)

    def id_hash(self, workspace_id: str, lead_id: str) -> bytes:
        """What remains of an erased lead: without the key, no id can be tried against it."""
        return hmac.digest(self.erasure_key, f"{workspace_id}\0{lead_id}".encode(), hashlib.sha256)


def make_vault(connection: Connection, secrets: Table, keys: Keyring) -> None:
    """Put the keys that are missing into a database."""
    there = set(connection.scalars(select(secrets.c.name)))
    for name in (ERASURE, HOOKS):
        if name not in there:
            text = base64.b64encode(os.urandom(32)).decode()
            connection.execute(secrets.insert().values(name=name, sealed=keys.seal(text, place_of(name))))


def open_vault(connection: Connection, secrets: Table, keys: Keyring) -> Vault:
    """Open the keys, which proves SECRET_KEY. WrongKey, SchemaTooOld where there are none yet."""
    sealed = dict(map(tuple, connection.execute(select(secrets.c.name, secrets.c.sealed))))
    if not {ERASURE, HOOKS} <= sealed.keys():
        raise SchemaTooOld("this database has not been migrated")
    try:
        erasure, hooks = (
            base64.b64decode(keys.open(sealed[name], place_of(name))) for name in (ERASURE, HOOKS)
        )
    except SealBroken as error:
        raise WrongKey(
            "LEADWIRE_SECRET_KEY does not open this database. Start with the key it was made with;"
            " to change it, put the new one in front of the old one: LEADWIRE_SECRET_KEY=new,old."
        ) from error
    return Vault(keys, erasure, hooks)
