"""Secrets at rest: AES-256-GCM bound to the place they are stored in.

A sealed value is version (1 byte), key id (4), nonce (12), ciphertext and tag. The associated data names
workspace, table, column and row, so that a value copied to another row does not open there.
"""

import base64
import json
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadwire.store.errors import SealBroken

VERSION = b"\x01"
KEY_ID = slice(1, 5)
NONCE = slice(5, 17)
BODY = slice(17, None)


@dataclass(frozen=True, slots=True)
class Key:
    """One key-encryption key, derived from whatever text the operator gave."""

    id: bytes
    cipher: AESGCM = field(repr=False)

    @classmethod
    def derive(cls, text: str) -> "Key":
        """The same text gives the same key; its id tells nothing about it."""
        return cls(_hkdf(text, b"leadwire key id", 4), AESGCM(_hkdf(text, b"leadwire seal", 32)))


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys a deployment knows; the first one seals, all of them open."""

    keys: tuple[Key, ...]

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """`"new,old"`, newest first. ValueError if there is none."""
        keys = tuple(Key.derive(part.strip()) for part in text.split(",") if part.strip())
        if not keys:
            raise ValueError("no secret key given")
        return cls(keys)

    @staticmethod
    def generate() -> str:
        """The text of a new key, fit for a key file: 256 random bits."""
        return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")

    def seal(self, plain: str, aad: tuple[str, ...]) -> bytes:
        """Seal `plain` for the place `aad`; twice the same gives different bytes."""
        key, nonce = self.keys[0], os.urandom(12)
        return VERSION + key.id + nonce + key.cipher.encrypt(nonce, plain.encode(), _bind(aad))

    def open(self, sealed: bytes, aad: tuple[str, ...]) -> str:
        """What was sealed for `aad`. SealBroken if it was changed, moved, or sealed with another key."""
        key = next((key for key in self.keys if key.id == sealed[KEY_ID]), None)
        if sealed[:1] != VERSION or key is None:
            raise SealBroken("sealed with a key that SECRET_KEY does not name")
        try:
            return key.cipher.decrypt(sealed[NONCE], sealed[BODY], _bind(aad)).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken("a sealed value was changed or belongs to another row") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        return sealed[KEY_ID] == self.keys[0].id


def _hkdf(text: str, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(text.encode())


def _bind(aad: tuple[str, ...]) -> bytes:
    # JSON keeps ("a", "bc") and ("ab", "c") apart.
    return json.dumps(aad).encode()
