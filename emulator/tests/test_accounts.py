"""Ad accounts, their users, page roles, and names of campaigns, creatives and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linkedin_emulator import Emulator


def ids(answer: Any) -> list[int]:
    return [element["id"] for element in answer["elements"]]


ALL = [1234567, 5678910, 5678911, 5678912, 5678913, 5678914]
SEARCHES = [
    ("", ALL),
    ("&search=()", ALL),
    ("&search=(test:true)", [5678914]),
    ("&search=(test:false)", ALL[:-1]),
    ("&search=(status:(values:List(CANCELED)))", [5678913]),
    ("&search=(status:(values:List(ACTIVE,CANCELED)),type:(values:List(ENTERPRISE)))", [5678913]),
    ("&search=(currency:(values:List(EUR,SEK)))", [5678910, 5678912]),
    ("&search=(name:(values:List(Test%20account)))", [5678914]),
    ("&search=(reference:(values:List(urn%3Ali%3Aorganization%3A11223355)))", [5678912]),
    ("&search=(id:(values:List(urn%3Ali%3AsponsoredAccount%3A1234567)))", [1234567]),
    ("&search=(status:(values:List(DRAFT)))", []),
    ("&sort=(field:ID,order:DESCENDING)", ALL[::-1]),
]


@pytest.mark.parametrize(("search", "expected"), SEARCHES)
def test_search_facets(partner: Any, search: str, expected: list[int]) -> None:
    answer = partner.ok(f"/rest/adAccounts?q=search{search}")
    assert ids(answer) == expected
    assert answer["metadata"] == {}
    assert "paging" not in answer


def test_only_accounts_of_the_member_are_seen(partner_as: Callable[..., Any]) -> None:
    assert ids(partner_as(None, "BcLKblgopR").ok("/rest/adAccounts?q=search")) == [1234567]


def test_the_cursor_walks_all_pages(partner: Any) -> None:
    seen, target = [], "/rest/adAccounts?q=search&pageSize=4"
    while True:
        answer = partner.ok(target)
        seen.append(ids(answer))
        if "nextPageToken" not in answer["metadata"]:
            break
        target = f"/rest/adAccounts?q=search&pageSize=4&pageToken={answer['metadata']['nextPageToken']}"
    assert seen == [ALL[:4], ALL[4:]]


def test_search_and_page_token_together_can_be_refused(partner: Any) -> None:
    token = partner.ok("/rest/adAccounts?q=search&search=(test:false)&pageSize=2")["metadata"][
        "nextPageToken"
    ]
    both = f"/rest/adAccounts?q=search&search=(test:false)&pageToken={token}"
    assert partner.get(both).status == 200
    partner.emulator.control.knobs.patch(search_with_page_token_refused=True)
    assert partner.get(both).status == 400
    assert partner.get(f"/rest/adAccounts?q=search&pageToken={token}").status == 200


def test_the_old_offset_paging_is_a_knob(partner: Any) -> None:
    partner.emulator.control.knobs.patch(ad_accounts_paging="offset")
    answer = partner.ok("/rest/adAccounts?q=search&start=2&count=2")
    assert (ids(answer), answer["paging"]["total"]) == ([5678911, 5678912], 6)
    assert partner.get("/rest/adAccounts?q=search&pageSize=2").status == 400
    assert partner.get("/rest/adAccounts?q=search&count=1001").status == 400


def test_reference_info_is_joined_when_asked_for(partner: Any) -> None:
    plain = partner.ok("/rest/adAccounts?q=search")["elements"]
    assert "referenceInfo" not in plain[0]
    assert plain[0]["reference"] == "urn:li:organization:11223344"
    assert "reference" not in plain[2]
    joined = partner.ok("/rest/adAccounts?q=search&fields=id,name,test,referenceInfo")["elements"]
    assert set(joined[0]) == {"id", "name", "test", "referenceInfo"}
    assert joined[0]["referenceInfo"]["organization"]["id"] == 11223344
    assert joined[0]["referenceInfo"]["organization"]["localizedName"] == "Highlander Cranberries LLC"
    assert joined[2]["referenceInfo"] == {}


def test_one_account_and_batches(partner: Any) -> None:
    assert partner.ok("/rest/adAccounts/5678913")["servingStatuses"] == ["STOPPED", "BILLING_HOLD"]
    partner.emulator.control.world.create_account("Somebody else's", 42)
    assert partner.get("/rest/adAccounts/42").json()["code"] == "NO_PERMISSION_ON_ENTITY"
    batch = partner.ok("/rest/adAccounts?ids=List(1234567,42,99)&fields=id")
    assert batch["results"] == {"1234567": {"id": 1234567}}
    assert batch["statuses"] == {"1234567": 200}
    assert {name: error["status"] for name, error in batch["errors"].items()} == {"42": 403, "99": 404}


def test_my_roles(partner: Any) -> None:
    answer = partner.ok("/rest/adAccountUsers?q=authenticatedUser&count=100")
    roles = {row["account"].rpartition(":")[2]: row["role"] for row in answer["elements"]}
    assert roles == {str(a): "ACCOUNT_BILLING_ADMIN" for a in ALL} | {"5678910": "VIEWER"}
    assert {row["user"] for row in answer["elements"]} == {"urn:li:person:K1RwyVNukt"}
    assert answer["paging"] == {"start": 0, "count": 100, "links": [], "total": 6}


def test_unpaged_roles_may_come_all_at_once(partner: Any) -> None:
    partner.emulator.control.knobs.patch(ad_account_users_unpaged_all=True, default_count=2)
    assert partner.ok("/rest/adAccountUsers?q=authenticatedUser")["paging"]["count"] == 2_147_483_647
    paged = partner.ok("/rest/adAccountUsers?q=authenticatedUser&start=4")
    assert (len(paged["elements"]), paged["paging"]["count"]) == (2, 2)


def test_users_of_one_account(partner: Any) -> None:
    account = "urn%3Ali%3AsponsoredAccount%3A1234567"
    answer = partner.ok(f"/rest/adAccountUsers?q=accounts&accounts={account}")
    assert [row["role"] for row in answer["elements"]] == ["CAMPAIGN_MANAGER", "ACCOUNT_BILLING_ADMIN"]
    key = f"(account:{account},user:urn%3Ali%3Aperson%3ABcLKblgopR)"
    assert partner.ok(f"/rest/adAccountUsers/{key}")["role"] == "CAMPAIGN_MANAGER"
    nobody = f"(account:{account},user:urn%3Ali%3Aperson%3Anobody)"
    assert partner.get(f"/rest/adAccountUsers/{nobody}").status == 404


ACLS = [
    ("q=roleAssignee&state=APPROVED", [("ADMINISTRATOR", "APPROVED")]),
    ("q=roleAssignee", [("ADMINISTRATOR", "APPROVED"), ("CONTENT_ADMINISTRATOR", "REVOKED")]),
    ("q=roleAssignee&role=CONTENT_ADMINISTRATOR", [("CONTENT_ADMINISTRATOR", "REVOKED")]),
    (
        "q=organization&organization=urn%3Ali%3Aorganization%3A11223344",
        [("ADMINISTRATOR", "APPROVED"), ("ANALYST", "APPROVED")],
    ),
]


@pytest.mark.parametrize(("query", "expected"), ACLS)
def test_page_roles(partner: Any, query: str, expected: list[tuple[str, str]]) -> None:
    answer = partner.ok(f"/rest/organizationAcls?{query}")
    assert [(row["role"], row["state"]) for row in answer["elements"]] == expected
    assert answer["paging"] == {"start": 0, "count": 10, "links": []}


def test_page_role_rows_look_as_recorded(partner: Any) -> None:
    row = partner.ok("/rest/organizationAcls?q=roleAssignee&state=APPROVED")["elements"][0]
    assert set(row) == {"roleAssignee", "state", "lastModified", "role", "created", "organization"}
    assert row["created"]["impersonator"] == "urn:li:servicePrincipal:organization"


def test_only_administrators_see_a_pages_roles(partner_as: Callable[..., Any]) -> None:
    target = "/rest/organizationAcls?q=organization&organization=urn%3Ali%3Aorganization%3A11223344"
    assert partner_as(None, "BcLKblgopR").get(target).status == 403


def test_names_of_campaigns_creatives_and_events(partner: Any, partner_as: Callable[..., Any]) -> None:
    assert partner.ok("/rest/adAccounts/1234567/adCampaigns/198356826")["name"] == "Spring campaign"
    creative = "/rest/adAccounts/1234567/creatives/urn%3Ali%3AsponsoredCreative%3A241257736"
    assert partner.ok(creative)["name"] == "Spring campaign / picture"
    assert partner.get("/rest/adAccounts/5678910/adCampaigns/198356826").status == 404
    assert partner.get("/rest/adAccounts/1234567/creatives/241257736").status == 400
    with_events = partner_as(["r_events"])
    assert with_events.ok("/rest/events/6789")["name"]["localized"]["en_US"] == "Cranberry Harvest Day"
    assert with_events.get("/rest/events/6790").status == 403


def test_quotas_count_per_route_app_and_member_until_midnight(
    emulator: Emulator, partner: Any, partner_as: Callable[..., Any], time: Any
) -> None:
    mine, target = "/rest/adAccountUsers?q=authenticatedUser", "/rest/adAccounts?q=search"
    emulator.control.knobs.patch(quota_app_daily=5, quota_member_daily=3)
    other = partner_as(None, "BcLKblgopR")
    assert [partner.get(mine).status for _ in range(4)] == [200, 200, 200, 429]
    assert partner.get(mine).json() == {
        "status": 429,
        "serviceErrorCode": 101,
        "code": "TOO_MANY_REQUESTS",
        "message": "Resource level throttle MEMBER DAY limit for calls to this resource is reached.",
    }
    assert [other.get(mine).status for _ in range(3)] == [200, 200, 429]
    assert "APPLICATION DAY" in other.get(mine).json()["message"]
    assert partner.get(target).status == 200
    time.at += 86_399_999
    assert partner.get(mine).status == 429
    time.at += 1
    assert partner.get(mine).status == 200
    assert emulator.control.watch.quota() == {
        "adAccountUsers.FINDER-authenticatedUser 78emulatordemo01": 1,
        "adAccountUsers.FINDER-authenticatedUser 78emulatordemo01 K1RwyVNukt": 1,
    }


def test_a_quota_for_one_route(emulator: Emulator, partner: Any) -> None:
    emulator.control.knobs.patch(quota_by_endpoint={"adAccounts.FINDER-search": 1})
    assert [partner.get("/rest/adAccounts?q=search").status for _ in range(2)] == [200, 429]
    assert partner.get("/rest/adAccounts/1234567").status == 200
