import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.store.errors import SealBroken
from leadwire.store.seal import Keyring

KEYS = Keyring.parse("winter")
ROW = ("acme", "connections", "access_token", "c1")


@given(st.text(), st.tuples(st.text(), st.text()))
def test_opens_what_it_sealed(plain, aad):
    assert KEYS.open(KEYS.seal(plain, aad), aad) == plain


def test_the_same_text_never_looks_the_same():
    assert len({KEYS.seal("AQX-token", ROW) for _ in range(50)}) == 50


@given(st.integers(0, 8 * (1 + 4 + 12 + 9 + 16) - 1))
def test_any_flipped_bit_breaks_the_seal(bit):
    sealed = bytearray(KEYS.seal("AQX-token", ROW))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        KEYS.open(bytes(sealed), ROW)


@pytest.mark.parametrize("part", range(4))
def test_does_not_open_in_another_place(part):
    elsewhere = tuple(text + "x" if n == part else text for n, text in enumerate(ROW))
    with pytest.raises(SealBroken):
        KEYS.open(KEYS.seal("AQX-token", ROW), elsewhere)


def test_parts_of_a_place_do_not_run_together():
    with pytest.raises(SealBroken):
        KEYS.open(KEYS.seal("AQX-token", ("a", "bc")), ("ab", "c"))


@pytest.mark.parametrize("length", [0, 1, 4, 5, 16, 17, 32])
def test_a_stump_is_broken_not_a_crash(length):
    with pytest.raises(SealBroken):
        KEYS.open(KEYS.seal("", ROW)[:length], ROW)


def test_a_new_key_opens_the_old_and_seals_with_itself():
    old = KEYS.seal("AQX-token", ROW)
    both = Keyring.parse(" spring , winter")
    assert both.open(old, ROW) == "AQX-token"
    assert not both.is_current(old)
    new = both.seal("AQX-token", ROW)
    assert both.is_current(new)
    with pytest.raises(SealBroken, match="SECRET_KEY"):
        KEYS.open(new, ROW)


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_no_key_is_refused(text):
    with pytest.raises(ValueError, match="no secret key"):
        Keyring.parse(text)


def test_generated_keys_are_long_and_different():
    keys = {Keyring.generate() for _ in range(20)}
    assert len(keys) == 20
    assert min(map(len, keys)) == 43
    assert "," not in "".join(keys)


def test_a_keyring_does_not_print_its_keys():
    assert "winter" not in repr(KEYS)
    assert "AESGCM" not in repr(KEYS)
