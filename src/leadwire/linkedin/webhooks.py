"""The other direction: LinkedIn's challenge of a webhook, the signature of a push, and what a push says.

Challenge and signature use the same key without telling the two apart: whoever gets an answer for a
challengeCode of their choice holds a valid signature. So a challenge is answered for a UUID v4 and for
nothing else. Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.loose import Millis, Record, integer, load, record, text, union_urn
from leadwire.linkedin.urns import parse_form_version, parse_lead_urn

SIGNATURE_HEADER = "X-LI-Signature"
LEAD_ACTION = "LEAD_ACTION"

_UUID4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII
)
_PREFIX = b"hmacsha256="


@dataclass(frozen=True, slots=True)
class Push:
    """A notification of one lead: a hint, never the record.

    `lead_id` and the form are None where the URN could not be read; `action` is LinkedIn's word (`CREATED`,
    `DELETED`, or one of tomorrow). LinkedIn sends no notification id: `key` is what makes two pushes the
    same.
    """

    lead_urn: str
    lead_id: str | None
    form_id: str | None
    form_version: int | None
    owner_urn: str | None
    lead_type: str
    action: str
    occurred_at: Millis | None
    associated_entity: str | None

    @property
    def key(self) -> tuple[str, str, Millis | None]:
        return self.lead_urn, self.action, self.occurred_at


@dataclass(frozen=True, slots=True)
class ForeignPush:
    """A notification of another `type`, from another webhook product of the same app: acknowledge and set
    aside.
    """

    type: str


def challenge_response(secret: str, code: str) -> str | None:
    """The `challengeResponse` to a challengeCode, in lower-case hex; None for what is no UUID v4."""
    return _digest(secret, code.encode()) if _UUID4.fullmatch(code) else None


def sign(secret: str, raw: bytes) -> str:
    """The signature of a push: the prefix belongs to what is signed, not to the header."""
    return _digest(secret, _PREFIX + raw)


class Signatures:
    """The secrets of an app, made ready to check many pushes."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._begun = tuple(hmac.new(secret.encode(), _PREFIX, hashlib.sha256) for secret in secrets)

    def fit(self, raw: bytes, header: bytes) -> bool:
        """Is `header` the signature of these bytes under one of the secrets? Every secret is tried, in
        constant time.
        """
        given = header.strip().lower().removeprefix(_PREFIX)
        fits = False
        for begun in self._begun:
            made = begun.copy()
            made.update(raw)
            fits |= hmac.compare_digest(made.hexdigest().encode(), given)
        return fits


def verify(secrets: Iterable[str], raw: bytes, header: str | None) -> bool:
    """`Signatures.fit`, once, with the header as text; None is none."""
    return Signatures(secrets).fit(raw, (header or "").encode("utf-8", "replace"))


def read_push(raw: bytes) -> Push | ForeignPush:
    """What a verified body says. Raises Surprise for what is no JSON object."""
    value = load(raw)
    if not isinstance(value, dict):
        raise Surprise("a push is not a JSON object", raw)
    return _push(record(value))


def read_pushes(raw: bytes) -> tuple[Push | ForeignPush, ...]:
    """As `read_push`, also for a list of notifications. Raises Surprise where a part of it is no object."""
    value = load(raw)
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, dict) for part in parts):
        raise Surprise("a push is not a JSON object", raw)
    return tuple(_push(record(part)) for part in parts)


def _push(said: Record) -> Push | ForeignPush:
    kind = text(said.get("type")) or ""
    if kind != LEAD_ACTION:
        return ForeignPush(kind)
    lead_urn = text(said.get("leadGenFormResponse")) or ""
    form = _form(text(said.get("leadGenForm")) or "")
    return Push(
        lead_urn=lead_urn,
        lead_id=_lead_id(lead_urn),
        form_id=form and form[0],
        form_version=form and form[1],
        owner_urn=union_urn(said.get("owner")),
        lead_type=text(said.get("leadType")) or "",
        action=text(said.get("leadAction")) or "",
        occurred_at=integer(said.get("occurredAt")),
        associated_entity=union_urn(said.get("associatedEntity")),
    )


def _lead_id(urn: str) -> str | None:
    try:
        return parse_lead_urn(urn)
    except Surprise:
        return None


def _form(urn: str) -> tuple[str, int] | None:
    try:
        return parse_form_version(urn)
    except Surprise:
        return None


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
