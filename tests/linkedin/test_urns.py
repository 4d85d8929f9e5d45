"""LinkedIn's names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.linkedin import urns
from leadwire.linkedin.errors import LinkedInError, Surprise

BIG = "6955637458260688897"


def test_urns_are_made_from_ids_as_text():
    assert urns.account_urn("1234567") == "urn:li:sponsoredAccount:1234567"
    assert urns.organization_urn(BIG) == f"urn:li:organization:{BIG}"
    assert urns.form_version_urn(BIG, 1) == f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{BIG},1)"


@given(st.integers(0, 10**19).map(str), st.integers(0, 10**6))
def test_a_form_version_survives_the_round_trip(form_id, version):
    assert urns.parse_form_version(urns.form_version_urn(form_id, version)) == (form_id, version)


def test_the_blank_in_linkedins_own_sample_is_tolerated():
    urn = f"urn:li:versionedLeadGenForm:( urn:li:leadGenForm:{BIG} , 12 )"
    assert urns.parse_form_version(urn) == (BIG, 12)


@pytest.mark.parametrize(
    "urn",
    [
        "",
        "urn:li:leadGenForm:1",
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1)",
        "1,2",
        "�",
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1,x)",
        "urn:li:versionedLeadGenForm:(urn:li:adForm:1,1)",
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1,1)x",
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:١,1)",
    ],
)
def test_a_bad_form_version_is_a_surprise_that_carries_the_urn_but_does_not_quote_it(urn):
    with pytest.raises(Surprise, match="form version") as caught:
        urns.parse_form_version(urn)
    assert caught.value.raw == urn.encode("utf-8", "replace")
    assert isinstance(caught.value, ValueError)
    assert not urn or urn not in str(caught.value)


def test_a_lead_urn_gives_the_lead_id():
    assert urns.parse_lead_urn("urn:li:leadGenFormResponse:249592fc-d272-44ba-a7db-c2bdce579507-6") == (
        "249592fc-d272-44ba-a7db-c2bdce579507-6"
    )


@pytest.mark.parametrize(
    "urn",
    [
        "urn:li:event:1",
        "urn:li:leadGenFormResponse:",
        "urn:li:leadGenFormResponse:..",
        "x",
        "urn:li:leadGenFormResponse:",
        "urn:li:leadGenFormResponse:" + "a" * 201,
        "urn:li:leadGenFormResponse:a b",
    ],
)
def test_a_bad_lead_urn_is_a_surprise(urn):
    with pytest.raises(Surprise):
        urns.parse_lead_urn(urn)


def test_simple_urns_are_taken_apart():
    assert urns.urn_id("urn:li:sponsoredCampaign:198356826") == "198356826"
    assert urns.split("urn:li:event:6789") == ("event", "6789")
    with pytest.raises(Surprise):
        urns.urn_id("198356826")


@pytest.mark.parametrize("text", ["", "x", "1,2", "-1", "1" * 31, "²"])
def test_an_id_that_is_no_number_makes_no_urn(text):
    with pytest.raises(ValueError, match="digits"):
        urns.account_urn(text)


def test_owners_name_their_record():
    assert urns.owner_record("urn:li:sponsoredAccount:1") == {"sponsoredAccount": "urn:li:sponsoredAccount:1"}
    assert urns.owner_record("urn:li:organization:2") == {"organization": "urn:li:organization:2"}
    assert urns.owner_record("urn:li:organizationBrand:3") == {"organization": "urn:li:organizationBrand:3"}
    with pytest.raises(Surprise):
        urns.owner_record("urn:li:person:4")


@given(st.text())
def test_any_text_is_a_value_or_an_error_of_the_tree(text):
    for read in (
        urns.parse_form_version,
        urns.parse_lead_urn,
        urns.urn_id,
        urns.owner_record,
        urns.account_urn,
    ):
        try:
            read(text)
        except LinkedInError as error:
            assert error.text
