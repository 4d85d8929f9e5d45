"""Rest.li 2.0 encoding, against the vectors of LinkedIn's own Python client and a parser of its grammar."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.linkedin.restli import encode, encode_query

VECTORS = [
    (None, ""),
    ("", ""),
    (True, "true"),
    (False, "false"),
    (6955637458260688897, "6955637458260688897"),
    ([], "List()"),
    ([1, 2, "foobar"], "List(1,2,foobar)"),
    (
        {"k1": "v1", "k2": "urn:li:app:123", "k3": [1, 2], "k4": {"k41": "foobar"}},
        "(k1:v1,k2:urn%3Ali%3Aapp%3A123,k3:List(1,2),k4:(k41:foobar))",
    ),
    ([{"k1": "v1"}, ["v2", " t?':,*!"]], "List((k1:v1),List(v2,%20t%3F%27%3A%2C%2A%21))"),
    (
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
        "urn%3Ali%3AversionedLeadGenForm%3A%28urn%3Ali%3AleadGenForm%3A3162%2C1%29",
    ),
    (
        {"status": {"values": ["ACTIVE"]}, "type": {"values": ["BUSINESS", "ENTERPRISE"]}, "test": False},
        "(status:(values:List(ACTIVE)),type:(values:List(BUSINESS,ENTERPRISE)),test:false)",
    ),
]


@pytest.mark.parametrize(("value", "encoded"), VECTORS)
def test_values_are_encoded_as_linkedin_does(value, encoded):
    assert encode(value) == encoded


def test_a_query_encodes_names_and_values_and_leaves_out_none():
    assert encode_query({"pr op:1": " t?':,*!&+"}) == "pr%20op%3A1=%20t%3F%27%3A%2C%2A%21%26%2B"
    assert encode_query({"q": "owner", "nothing": None, "ids": ["a", "b"]}) == "q=owner&ids=List(a,b)"


def test_a_projection_stays_literal():
    assert encode_query({"fields": "id,form:(name,content)"}) == "fields=id,form:(name,content)"


@pytest.mark.parametrize("fields", ["id&q=other", "id name", "id%2Cname", "", 7])
def test_a_projection_that_could_end_the_parameter_is_refused(fields):
    with pytest.raises(ValueError, match="fields"):
        encode_query({"fields": fields})


@pytest.mark.parametrize("value", [1.5, b"x", {1, 2}, object()])
def test_what_the_grammar_has_no_word_for_is_refused(value):
    with pytest.raises(TypeError, match="records"):
        encode([value])


texts = st.text(st.characters(codec="utf-8"), min_size=1)
values = st.recursive(
    texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_server_that_parses_first_and_decodes_last_gets_the_value_back(value):
    assert parse(encode(value)) == value


@given(texts)
def test_a_leaf_is_encoded_exactly_once_and_holds_no_structure(text):
    encoded = encode(text)
    assert unquote(encoded) == text
    assert not set("(),:&=+ #'!*") & set(encoded)


def parse(encoded):
    value, rest = _value(encoded)
    assert rest == ""
    return value


def _value(rest):
    if rest.startswith("List("):
        return _members(rest[5:], _value, list)
    if rest.startswith("("):
        return _members(rest[1:], _pair, dict)
    end = next((i for i, char in enumerate(rest) if char in ",)"), len(rest))
    return unquote(rest[:end]), rest[end:]


def _pair(rest):
    name, _, rest = rest.partition(":")
    value, rest = _value(rest)
    return (unquote(name), value), rest


def _members(rest, read, kind):
    found = []
    while not rest.startswith(")"):
        one, rest = read(rest)
        found.append(one)
        rest = rest.removeprefix(",")
    return kind(found), rest[1:]
