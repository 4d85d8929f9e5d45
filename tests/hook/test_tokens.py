"""Addresses: whose they are can be read from them alone, and nobody else can make one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.connect.hook_tokens import HookName, HookTokens, hook_url

TOKENS = HookTokens(b"k" * 32)
ANNA = "urn:li:sponsoredAccount:512"
MINE = TOKENS.make("default", ANNA, 1_780_000_000_000)

WORKSPACES = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=1, max_size=26)
OWNERS = st.from_regex(r"urn:li:(sponsoredAccount|organization):[1-9][0-9]{0,19}", fullmatch=True)


@given(WORKSPACES, OWNERS, st.integers(0, 2**62))
def test_a_token_says_whose_it_is(workspace_id, owner, serial):
    token = TOKENS.make(workspace_id, owner, serial)
    assert TOKENS.read(token) == HookName(workspace_id, owner, serial)
    assert HookTokens(b"k" * 32).read(token) == HookName(workspace_id, owner, serial)
    assert token.isascii() and set(token) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def test_another_key_reads_nothing():
    assert HookTokens(b"x" * 32).read(MINE) is None


@given(st.integers(0, len(MINE) - 1), st.sampled_from("ABab01-_"))
def test_no_letter_can_be_changed(place, letter):
    changed = MINE[:place] + letter + MINE[place + 1 :]
    assert TOKENS.read(changed) == (TOKENS.read(MINE) if changed == MINE else None)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "=",
        MINE + "=",
        MINE + "A",
        MINE[:-1],
        f" {MINE}",
        f"{MINE}\n",
        MINE + "/",
        "é" * 20,
        "A" * 100_000,
    ],
)
def test_a_token_has_one_spelling(token):
    assert TOKENS.read(token) is None


@given(st.binary(max_size=100))
def test_what_is_no_token_is_none(noise):
    assert TOKENS.read(base64.urlsafe_b64encode(noise).decode().rstrip("=")) is None


def test_each_workspace_account_and_serial_has_one_of_its_own():
    assert len({TOKENS.make("a", ANNA, 1), TOKENS.make("b", ANNA, 1), TOKENS.make("a", ANNA, 2)}) == 3


@pytest.mark.parametrize("public", ["https://leads.example.com", "https://leads.example.com/"])
def test_the_address_stands_below_the_public_url(public):
    assert hook_url(public, "T") == "https://leads.example.com/hooks/linkedin/T"
