"""Ad accounts, account roles, page roles."""

from pathlib import Path

import pytest

from leadwire.linkedin.accounts import read_account, read_account_user, read_account_users, read_accounts
from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.organizations import read_organization_acl, read_organization_acls

SAMPLES = Path(__file__).parent / "samples"


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def test_an_account_found_by_cursor():
    page = read_accounts(200, {}, sample("accounts_by_cursor"))
    (account,) = page.elements
    assert page.next_token
    assert (account.id, account.urn, account.name) == (
        "1234567",
        "urn:li:sponsoredAccount:1234567",
        "Ad Account A",
    )
    assert (account.status, account.type, account.currency, account.test) == (
        "ACTIVE",
        "BUSINESS",
        "USD",
        False,
    )
    assert (account.serving_statuses, account.organization) == (("RUNNABLE",), "11223344")
    assert account.failed == frozenset()


def test_accounts_found_by_offset_with_a_joined_page():
    page = read_accounts(200, {}, sample("accounts_by_offset"))
    assert [(one.id, one.organization, one.organization_name) for one in page.elements] == [
        ("1234567", "11223344", "Highlander Cranberries LLC"),
        ("5678910", None, None),
    ]


@pytest.mark.parametrize(
    ("members", "organization"),
    [
        ('"reference":"urn:li:organization:6955637458260688897"', "6955637458260688897"),
        ('"reference":"urn:li:organizationBrand:5"', "5"),
        ('"reference":"urn:li:person:AbC"', None),
        ('"reference":{"organization":"urn:li:organization:7"}', "7"),
        ('"reference":"urn:x"', None),
        ('"referenceInfo":{"organization":{"id":"urn:li:organization:8"}}', "8"),
        ('"reference":"urn:li:person:A","referenceInfo":{"organization":{"id":9}}', "9"),
        ('"referenceInfo":null,"reference":7', None),
    ],
)
def test_the_company_page_is_found_wherever_it_stands(members, organization):
    assert read_account(b'{"id":1,%s}' % members.encode()).organization == organization


def test_an_error_hidden_in_a_success_is_named_and_harms_nothing():
    account = read_account(
        b'{"id":"urn:li:sponsoredAccount:1","referenceInfo!":{"status":429,"message":"x"}}'
    )
    assert (account.id, account.organization, account.failed) == ("1", None, {"referenceInfo"})


@pytest.mark.parametrize(
    "raw", [b"null", b"{}", b'{"id":null}', b'{"id":"x"}', b'{"id":true}', b'{"id":-1}', b"{"]
)
def test_an_account_without_an_id_is_set_aside(raw):
    with pytest.raises(Surprise):
        read_account(raw)


def test_account_roles():
    page = read_account_users(200, {}, sample("account_users"))
    assert [(row.account, row.role, row.user_id) for row in page.elements] == [
        ("1234567", "ACCOUNT_BILLING_ADMIN", "K1RwyVNukt"),
        ("5678910", "VIEWER", "K1RwyVNukt"),
    ]
    assert page.elements[0].account_urn == "urn:li:sponsoredAccount:1234567"
    assert page.total == 2


def test_an_unpaged_list_of_roles_calls_its_count_the_largest_integer():
    rows = b'[{"account":7,"role":"NEW_ROLE"},null,{"account":8}]'
    page = read_account_users(200, {}, b'{"paging":{"count":2147483647,"start":0},"elements":%s}' % rows)
    assert [(row.account, row.role, row.user_id) for row in page.elements] == [("7", "NEW_ROLE", None)]
    assert page.received == 3


def test_page_roles():
    (row,) = read_organization_acls(200, {}, sample("organization_acls")).elements
    assert (row.organization, row.organization_urn) == ("11223344", "urn:li:organization:11223344")
    assert (row.role, row.state) == ("LEAD_GEN_FORMS_MANAGER", "APPROVED")


@pytest.mark.parametrize("name", ["organization", "organizationalTarget", "organizationTarget"])
def test_the_organization_of_a_role_has_three_names(name):
    row = read_organization_acl(
        b'{"%s":"urn:li:organizationBrand:6955637458260688897","role":"X"}' % name.encode()
    )
    assert (row.organization, row.state) == ("6955637458260688897", None)


@pytest.mark.parametrize(
    "raw",
    [b'{"role":"X"}', b'{"organization":"urn:li:organization:1"}', b'{"organization":7,"role":"X"}', b"[]"],
)
def test_a_role_of_nobody_is_set_aside(raw):
    with pytest.raises(Surprise):
        read_organization_acl(raw)
    with pytest.raises(Surprise):
        read_account_user(raw)
