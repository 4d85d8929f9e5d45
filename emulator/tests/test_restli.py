"""Rest.li 2.0 text, by LinkedIn's own vectors and by property."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedin_emulator.protocol.restli import BadEncodingError, encode, parse, parse_fields, parse_query

# From the tests of LinkedIn's Python client.
VECTORS = [
    (None, ""),
    ("", ""),
    ([1, 2, "foobar"], "List(1,2,foobar)"),
    (
        {"k1": "v1", "k2": "urn:li:app:123", "k3": [1, 2], "k4": {"k41": "foobar"}},
        "(k1:v1,k2:urn%3Ali%3Aapp%3A123,k3:List(1,2),k4:(k41:foobar))",
    ),
    ([{"k1": "v1"}, ["v2", " t?':,*!"]], "List((k1:v1),List(v2,%20t%3F%27%3A%2C%2A%21))"),
]


@pytest.mark.parametrize(("value", "text"), VECTORS)
def test_official_vectors_encode(value: Any, text: str) -> None:
    assert encode(value) == text


@pytest.mark.parametrize(("value", "text"), VECTORS[2:])
def test_official_vectors_parse(value: Any, text: str) -> None:
    assert encode(parse(text)) == text
    assert parse(text) == _as_text(value)


def test_query_names_and_values_are_decoded_after_the_structure_is_read() -> None:
    assert parse_query("pr%20op%3A1=%20t%3F%27%3A%2C%2A%21%26%2B") == {"pr op:1": " t?':,*!&+"}


def test_a_versioned_form_urn_survives_because_leaves_are_decoded_last() -> None:
    text = "urn%3Ali%3AversionedLeadGenForm%3A%28urn%3Ali%3AleadGenForm%3A3162%2C1%29"
    assert parse(text) == "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)"


def test_encoded_structure_is_a_leaf() -> None:
    assert parse("%28a%3Ab%29") == "(a:b)"


@pytest.mark.parametrize(
    "text",
    [
        "urn:li:app:1",
        "(a:urn:li:x:1)",
        "(a:b",
        "(a)",
        "(a:b,)",
        "(a:b,a:c)",
        "(:b)",
        "List(1",
        "List(1,2",
        "List(1))",
        "a,b",
        "a b",
        "a+b",
        "a'b",
        "a!b",
        "a*b",
        "é",
        "%",
        "%4",
        "%zz",
        "%ff",
        "(" * 40,
        "List(" * 40 + ")" * 40,
    ],
)
def test_what_is_not_restli_is_refused(text: str) -> None:
    with pytest.raises(BadEncodingError):
        parse(text)


@pytest.mark.parametrize("query", ["a", "=1", "a=1&a=2", "a=1&&b=2", "a=1&", "a:b=1"])
def test_malformed_queries_are_refused(query: str) -> None:
    with pytest.raises(BadEncodingError):
        parse_query(query)


def test_an_empty_query_is_empty() -> None:
    assert parse_query("") == {}


leaves = st.text(max_size=12)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def _encodable(value: Any) -> bool:
    """Lone surrogates have no UTF-8, and a list of one empty text looks like the empty list."""
    try:
        encode(value)
    except UnicodeEncodeError:
        return False
    return "List()" not in encode(value)


@given(values.filter(_encodable))
def test_parsing_undoes_encoding(value: Any) -> None:
    assert parse(encode(value)) == value


@given(st.dictionaries(st.text(min_size=1).filter(lambda s: s != "fields"), values, max_size=4))
def test_queries_round_trip(query: dict[str, Any]) -> None:
    if all(_encodable(item) for item in [*query, *query.values()]):
        text = "&".join(f"{encode(name)}={encode(value)}" for name, value in query.items())
        assert parse_query(text) == query


@given(st.text(alphabet="()List,:%2FaZ9-._~ +&='\"é", max_size=40))
def test_any_text_is_a_value_or_refused_and_what_parses_is_canonical_but_for_escapes(text: str) -> None:
    try:
        value = parse(text)
    except BadEncodingError:
        return
    assert parse(encode(value)) == value or "List()" in encode(value)


def test_fields_nest_and_stay_literal() -> None:
    tree = parse_fields("id,form:(name,content:(questions)),owner")
    assert tree == {"id": None, "form": {"name": None, "content": {"questions": None}}, "owner": None}
    assert parse_query("fields=id,form:(name)&q=owner") == {"fields": "id,form:(name)", "q": "owner"}


@pytest.mark.parametrize("text", ["", "a,", "a:(b", "a:()", "a)", "a b", "a%2Cb", "a:b", "(" * 3, "a:(" * 40])
def test_malformed_fields_are_refused(text: str) -> None:
    with pytest.raises(BadEncodingError):
        parse_fields(text)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list) else str(value)
