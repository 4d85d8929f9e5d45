"""What the store keeps secret: values sealed for their row, and the hashes that erasure leaves behind."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from leadwire.store.errors import SchemaTooOld, SealBroken, WrongKey
from leadwire.store.seal import Keyring

ERASURE = "erasure"


def place_of(name: str) -> tuple[str, ...]:
    """The associated data of a deployment secret."""
    return ("", "secrets", "sealed", name)


@dataclass(frozen=True, slots=True)
class Vault:
    """The keyring, and the key under which erased ids are hashed: it outlives every SECRET_KEY."""

    keys: Keyring
    erasure_key: bytes

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
    """Put the erasure key into a database that has none."""
    if connection.scalar(select(secrets.c.name).where(secrets.c.name == ERASURE)) is None:
        text = base64.b64encode(os.urandom(32)).decode()
        connection.execute(secrets.insert().values(name=ERASURE, sealed=keys.seal(text, place_of(ERASURE))))


def open_vault(connection: Connection, secrets: Table, keys: Keyring) -> Vault:
    """Open the erasure key, which proves SECRET_KEY. WrongKey, SchemaTooOld where there is none yet."""
    sealed = connection.scalar(select(secrets.c.sealed).where(secrets.c.name == ERASURE))
    if sealed is None:
        raise SchemaTooOld("this database has not been migrated")
    try:
        return Vault(keys, base64.b64decode(keys.open(sealed, place_of(ERASURE))))
    except SealBroken as error:
        raise WrongKey(
            "SECRET_KEY does not open this database. Start with the key it was made with;"
            " to change it, put the new one in front of the old one: SECRET_KEY=new,old."
        ) from error
