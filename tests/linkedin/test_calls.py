"""Every call, as it must stand on the wire. One line per endpoint of LinkedIn's Lead Sync documentation."""

import json

import pytest

from leadwire.linkedin import accounts, forms, leads, notifications, oauth, organizations
from leadwire.linkedin.calls import FORM, JSON, LONGEST_QUERY, Call

ACCOUNT = "urn:li:sponsoredAccount:1234567"
PAGE = "urn:li:organization:11223344"
FORM_URN = "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)"
LEAD = "249592fc-d272-44ba-a7db-c2bdce579507-6"
OTHER_LEAD = "aaaabbbb-0000-cccc-1111-dddd2222eeee-5"

owner_account = "(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
owner_page = "(organization:urn%3Ali%3Aorganization%3A11223344)"

CALLS = [
    (
        accounts.ad_account_users(0, 100),
        "adAccountUsers.FINDER GET /rest/adAccountUsers?q=authenticatedUser&start=0&count=100",
    ),
    (
        accounts.ad_account_users_of(ACCOUNT),
        "adAccountUsers.FINDER GET /rest/adAccountUsers"
        "?q=accounts&accounts=urn%3Ali%3AsponsoredAccount%3A1234567",
    ),
    (
        accounts.search_accounts(),
        "adAccounts.FINDER GET /rest/adAccounts?q=search&sort=(field:ID,order:ASCENDING)&pageSize=1000",
    ),
    (
        accounts.search_accounts("DgG_-", 100, {"test": False, "status": {"values": ["ACTIVE"]}}),
        "adAccounts.FINDER GET /rest/adAccounts?q=search&search=(test:false,status:(values:List(ACTIVE)))"
        "&sort=(field:ID,order:ASCENDING)&pageSize=100&pageToken=DgG_-",
    ),
    (
        accounts.search_accounts("DgG", 1000, {}),
        "adAccounts.FINDER GET /rest/adAccounts"
        "?q=search&sort=(field:ID,order:ASCENDING)&pageSize=1000&pageToken=DgG",
    ),
    (accounts.get_account("1234567"), "adAccounts.GET GET /rest/adAccounts/1234567"),
    (
        accounts.batch_accounts(["1234567", "5678910"]),
        "adAccounts.BATCH_GET GET /rest/adAccounts?ids=List(1234567,5678910)",
    ),
    (
        accounts.get_campaign("1234567", "198356826"),
        "adCampaigns.GET GET /rest/adAccounts/1234567/adCampaigns/198356826",
    ),
    (
        accounts.get_creative("1234567", "241257736"),
        "creatives.GET GET /rest/adAccounts/1234567/creatives/urn%3Ali%3AsponsoredCreative%3A241257736",
    ),
    (
        organizations.organization_acls(),
        "organizationAcls.FINDER GET /rest/organizationAcls?q=roleAssignee&state=APPROVED&start=0&count=100",
    ),
    (
        organizations.organization_acls_of(PAGE),
        "organizationAcls.FINDER GET /rest/organizationAcls"
        "?q=organization&organization=urn%3Ali%3Aorganization%3A11223344",
    ),
    (organizations.get_event("6789"), "events.GET GET /rest/events/6789"),
    (
        forms.find_forms(ACCOUNT, 0, 100),
        f"leadForms.FINDER GET /rest/leadForms?q=owner&owner={owner_account}&start=0&count=100",
    ),
    (
        forms.find_forms(PAGE, 200, 50),
        f"leadForms.FINDER GET /rest/leadForms?q=owner&owner={owner_page}&start=200&count=50",
    ),
    (forms.get_form("7234246"), "leadForms.GET GET /rest/leadForms/7234246"),
    (
        forms.batch_forms(["7234246", "7157016"]),
        "leadForms.BATCH_GET GET /rest/leadForms?ids=List(7234246,7157016)",
    ),
    (
        leads.find_leads(ACCOUNT, "SPONSORED"),
        f"leadFormResponses.FINDER GET /rest/leadFormResponses?q=owner&owner={owner_account}"
        "&leadType=(leadType:SPONSORED)&start=0&count=100",
    ),
    (
        leads.find_leads(
            ACCOUNT,
            "SPONSORED",
            1711407600000,
            1711494000000,
            FORM_URN,
            True,
            "id,form:(name)",
            start=20,
            count=10,
        ),
        f"leadFormResponses.FINDER GET /rest/leadFormResponses?q=owner&owner={owner_account}"
        "&leadType=(leadType:SPONSORED)"
        "&versionedLeadGenFormUrn=urn%3Ali%3AversionedLeadGenForm%3A%28urn%3Ali%3AleadGenForm%3A7234246%2C1%29"
        "&submittedAtTimeRange=(start:1711407600000,end:1711494000000)"
        "&limitedToTestLeads=true&fields=id,form:(name)&start=20&count=10",
    ),
    (
        leads.find_leads(PAGE, "EVENT", since=0),
        f"leadFormResponses.FINDER GET /rest/leadFormResponses?q=owner&owner={owner_page}"
        "&leadType=(leadType:EVENT)&submittedAtTimeRange=(start:0)&start=0&count=100",
    ),
    (
        leads.find_leads(PAGE, "COMPANY", until=5),
        f"leadFormResponses.FINDER GET /rest/leadFormResponses?q=owner&owner={owner_page}"
        "&leadType=(leadType:COMPANY)&submittedAtTimeRange=(end:5)&start=0&count=100",
    ),
    (leads.get_lead(LEAD), f"leadFormResponses.GET GET /rest/leadFormResponses/{LEAD}"),
    (
        leads.batch_leads([LEAD, OTHER_LEAD]),
        f"leadFormResponses.BATCH_GET GET /rest/leadFormResponses?ids=List({LEAD},{OTHER_LEAD})",
    ),
    (notifications.get_subscription("7012"), "leadNotifications.GET GET /rest/leadNotifications/7012"),
    (
        notifications.delete_subscription("7012"),
        "leadNotifications.DELETE DELETE /rest/leadNotifications/7012",
    ),
    (
        notifications.list_subscriptions(ACCOUNT, "SPONSORED"),
        f"leadNotifications.FINDER GET /rest/leadNotifications?q=criteria&owner=(value:{owner_account})"
        "&leadType=(leadType:SPONSORED)&start=0&count=100",
    ),
    (oauth.me(), "me.GET GET /v2/me"),
    (oauth.userinfo(), "userinfo.GET GET /v2/userinfo"),
]


@pytest.mark.parametrize(("call", "line"), CALLS, ids=[line.split("?")[0] for _, line in CALLS])
def test_a_call_stands_on_the_wire_as_documented(call, line):
    query = f"?{call.query}" if call.query else ""
    assert f"{call.endpoint} {call.method} {call.path}{query}" == line
    assert call.body is None
    assert call.api == ("v2" if call.path.startswith("/v2/") else "rest")


def test_the_decorated_finder_asks_for_the_form_literally():
    call = leads.find_leads(ACCOUNT, "SPONSORED", fields=leads.DECORATED, count=1)
    assert (
        "&fields=ownerInfo,associatedEntityInfo,leadMetadataInfo,owner,leadType,versionedLeadGenFormUrn,id,submittedAt,"
        "testLead,formResponse,form:(hiddenFields,creationLocale,name,id,content)&start=0&count=1"
        in call.query
    )


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (
            notifications.create_subscription("https://app.example.com/hook", ACCOUNT, "SPONSORED"),
            {
                "webhook": "https://app.example.com/hook",
                "owner": {"sponsoredAccount": ACCOUNT},
                "leadType": "SPONSORED",
            },
        ),
        (
            notifications.create_subscription("https://app.example.com/hook", PAGE, "EVENT", FORM_URN),
            {
                "webhook": "https://app.example.com/hook",
                "owner": {"organization": PAGE},
                "leadType": "EVENT",
                "versionedForm": FORM_URN,
            },
        ),
        (
            notifications.create_subscription(
                "https://app.example.com/hook", PAGE, "EVENT", associated_entity="urn:li:event:6789"
            ),
            {
                "webhook": "https://app.example.com/hook",
                "owner": {"organization": PAGE},
                "leadType": "EVENT",
                "associatedEntity": {"event": "urn:li:event:6789"},
            },
        ),
    ],
)
def test_a_subscription_is_created_by_a_body(call, body):
    assert (call.endpoint, call.method, call.path, call.query) == (
        "leadNotifications.CREATE",
        "POST",
        "/rest/leadNotifications",
        "",
    )
    assert call.content_type == JSON
    assert json.loads(call.body) == body


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_a_key_that_would_climb_the_path_is_refused(key):
    for make in (
        leads.get_lead,
        forms.get_form,
        notifications.get_subscription,
        notifications.delete_subscription,
    ):
        with pytest.raises(ValueError, match="id"):
            make(key)


def test_a_key_cannot_leave_its_segment():
    assert leads.get_lead("a/../b?c#d e").path == "/rest/leadFormResponses/a%2F..%2Fb%3Fc%23d%20e"


def test_a_query_too_long_for_a_url_travels_in_the_body():
    ids = [str(10**18 + number) for number in range(300)]
    call = forms.batch_forms(ids)
    tunnelled = call.tunnelled()
    assert (tunnelled.method, tunnelled.override, tunnelled.query) == ("POST", "GET", "")
    assert (tunnelled.body, tunnelled.content_type) == (call.query.encode(), FORM)
    assert (tunnelled.endpoint, tunnelled.path) == (call.endpoint, call.path)


def test_a_query_that_fits_stays_in_the_url():
    fits = Call("x.FINDER", "GET", "/rest/x", "q" * LONGEST_QUERY)
    too_long = Call("x.FINDER", "GET", "/rest/x", "q" * (LONGEST_QUERY + 1))
    posted = Call("x.CREATE", "POST", "/rest/x", "q" * 9000, b"{}")
    assert fits.tunnelled() is fits
    assert too_long.tunnelled() is not too_long
    assert posted.tunnelled() is posted


def test_secrets_stay_out_of_a_calls_repr():
    assert "hush" not in repr(oauth.refresh("78abc", "hush==", "hush-token"))
