"""Names for columns and tables that a person can read and no database has to quote."""

import re
import unicodedata
from collections.abc import Set
from hashlib import sha256
from itertools import count
from typing import NamedTuple

from leadwire.domain.texts import key

SLUG_LIMIT = 40
TABLE_LIMIT = 63  # PostgreSQL cuts longer names without a word

# Letters that Unicode does not take apart (unicode.org/reports/tr15), and apostrophes, which part no words.
_LETTERS = str.maketrans(
    dict(zip("øłđðıħŧəĸ'’", [*"olddihtek", "", ""], strict=True))
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng"}
)
_INVISIBLE = ("Mn", "Mc", "Me", "Cf")  # accents, joiners, marks of direction


class Stem(NamedTuple):
    """A name as wished for. `whole`: nothing was cut off, and something was left."""

    text: str
    whole: bool


def stem(prefix: str, text: str, limit: int = SLUG_LIMIT) -> Stem:
    """The name a text asks for. `q_` goes before a digit, and stands alone where nothing else is left."""
    whole = _ascii(text)
    cut = whole[:limit].rstrip("_")
    if not cut or (not prefix and cut[0].isdigit()):
        prefix = prefix or "q_"
    return Stem(prefix + cut if cut else prefix.rstrip("_"), bool(cut) and cut == whole)


def free_name(wish: Stem, identity: str, taken: Set[str]) -> str:
    """The wished name where it is whole and free, else with six hex digits of the identity behind it."""
    if wish.whole and wish.text not in taken:
        return wish.text
    digests = (sha256(f"{identity}{'#' * again}".encode()).hexdigest() for again in count())
    return next(name for name in (f"{wish.text}_{digest[:6]}" for digest in digests) if name not in taken)


def table_name(form_name: str, form_id: str) -> str:
    """`leads_<slug of the name>_<form id>`, or `leads_form_<form id>` without a slug; at most 63 bytes."""
    plain = re.fullmatch(r"[a-z0-9]{1,20}", form_id) is not None
    id_ = form_id if plain else sha256(key(form_id).encode()).hexdigest()[:12]
    room = TABLE_LIMIT - len(f"leads__{id_}")
    return f"leads_{slug(form_name, min(SLUG_LIMIT, room)) or 'form'}_{id_}"


def slug(text: str, limit: int) -> str:
    """At most `limit` characters of `[a-z0-9_]` in which a reader knows the text again, perhaps none."""
    return _ascii(text)[:limit].rstrip("_")


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).lower().translate(_LETTERS)
    if not plain.isascii():  # what is invisible leaves no gap, letters of other scripts do
        plain = "".join(letter for letter in plain if unicodedata.category(letter) not in _INVISIBLE)
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
