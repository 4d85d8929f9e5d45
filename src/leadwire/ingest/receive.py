"""From the bytes of a verified push to rows of the inbox. Nothing that is signed is refused: what says
nothing to us is parked, with the reason.
"""

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from leadwire.domain.texts import storable
from leadwire.domain.times import Millis
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.webhooks import ForeignPush, Push, read_push
from leadwire.store import InboxRow

LONGEST_WORD = 64
MOST_AT_ONCE = 1_000  # notifications in one push; LinkedIn documents one
LATEST: Millis = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z

_list = msgspec.json.Decoder(list[msgspec.Raw])


def rows_of(workspace_id: str, owner: str, raw: bytes, now: Millis) -> list[InboxRow]:
    """What to store of a push to the address of `owner`: a row for each notification in it, at least one."""
    if raw.lstrip()[:1] != b"[":
        return [_row(workspace_id, owner, raw, now)]
    parts = list(_parts(raw))
    if not 0 < len(parts) <= MOST_AT_ONCE:
        return [_parked(workspace_id, owner, raw, now, f"a list of {len(parts)} notifications")]
    return [_row(workspace_id, owner, part, now) for part in parts]


def _parts(raw: bytes) -> Iterator[bytes]:
    try:
        yield from map(bytes, _list.decode(raw))
    except (msgspec.DecodeError, RecursionError):
        yield raw


def _row(workspace_id: str, owner: str, raw: bytes, now: Millis) -> InboxRow:
    try:
        push = read_push(raw)
    except Surprise as error:
        return _parked(workspace_id, owner, raw, now, str(error))
    if isinstance(push, ForeignPush):
        return _parked(workspace_id, owner, raw, now, f"unknown type {_word(push.type)!r}")
    at = push.occurred_at if 0 <= (push.occurred_at or 0) <= LATEST else None
    return InboxRow(
        workspace_id,
        _key(push, at, raw, now),
        owner,
        now,
        raw,
        push.lead_id,
        push.form_id,
        push.form_version,
        _word(push.lead_type),
        _word(push.action),
        at,
        _hindrance(push, owner),
    )


def _hindrance(push: Push, owner: str) -> str | None:
    """Why nothing can be fetched for it; None where it can."""
    if push.lead_id is None:
        return "no lead is named"
    if push.owner_urn is not None and push.owner_urn != owner:
        return f"for another owner: {_word(push.owner_urn)}"
    return None


def _key(push: Push, at: Millis | None, raw: bytes, now: Millis) -> bytes:
    """What makes two pushes the same. One without a time may be a new event, so it is only itself."""
    if push.lead_id is None:
        return _same_bytes(raw)
    if at is None:
        return _digest(b"%d %b" % (now, raw))
    return _digest(f"{push.lead_id} {push.action} {at}".encode("utf-8", "surrogatepass"))


def _parked(workspace_id: str, owner: str, raw: bytes, now: Millis, why: str) -> InboxRow:
    return InboxRow(workspace_id, _same_bytes(raw), owner, now, raw, parked=why)


def _same_bytes(raw: bytes) -> bytes:
    return _digest(b"\0" + raw)


def _digest(named: bytes) -> bytes:
    return blake2b(named, digest_size=16).digest()


def _word(text: str) -> str:
    return storable(text)[:LONGEST_WORD]
