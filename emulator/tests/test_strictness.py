"""What a careless client sends, and what LinkedIn says to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

OWNER = "owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
LEADS = f"/rest/leadFormResponses?q=owner&{OWNER}&leadType=(leadType:SPONSORED)"
FORMS = f"/rest/leadForms?q=owner&{OWNER}"
ROLES = "/rest/adAccountUsers?q=authenticatedUser"


@pytest.mark.parametrize("target", [LEADS, FORMS, ROLES, f"{LEADS}&start=0&count=100&fields=id"])
def test_the_proper_calls_pass(partner: Any, target: str) -> None:
    assert partner.get(target).status == 200


BAD_REQUESTS: list[tuple[str, str, str]] = [
    ("encoded structure", LEADS.replace("(sponsored", "%28sponsored").replace("1234567)", "1234567%29"), ""),
    ("double encoding", LEADS.replace("%3A", "%253A"), "ILLEGAL_ARGUMENT"),
    ("raw urn in a record", LEADS.replace("%3A", ":"), "ILLEGAL_ARGUMENT"),
    ("bare owner", "/rest/leadForms?q=owner&owner=urn%3Ali%3AsponsoredAccount%3A1", "ILLEGAL_ARGUMENT"),
    (
        "owner of another kind",
        "/rest/leadForms?q=owner&owner=(person:urn%3Ali%3Aperson%3A1)",
        "ILLEGAL_ARGUMENT",
    ),
    ("wrong urn for kind", FORMS.replace("(sponsoredAccount", "(organization"), "ILLEGAL_ARGUMENT"),
    ("owner wrapped in value", FORMS.replace("owner=(", "owner=(value:(") + ")", "ILLEGAL_ARGUMENT"),
    ("owner missing", "/rest/leadForms?q=owner", ""),
    ("owner empty", "/rest/leadForms?q=owner&owner=()", "ILLEGAL_ARGUMENT"),
    ("q missing", f"/rest/leadForms?{OWNER}", ""),
    ("q unknown", f"/rest/leadForms?q=account&{OWNER}", "ILLEGAL_ARGUMENT"),
    ("unknown parameter", f"{FORMS}&sort=newest", "QUERY_PARAM_NOT_ALLOWED"),
    ("leadType as a bare value", LEADS.replace("(leadType:SPONSORED)", "SPONSORED"), "ILLEGAL_ARGUMENT"),
    ("leadType unknown", LEADS.replace("SPONSORED", "ORGANIC"), "ILLEGAL_ARGUMENT"),
    ("leadType missing", LEADS.partition("&leadType")[0], ""),
    ("leadType that does not fit", LEADS.replace("SPONSORED", "EVENT"), "ILLEGAL_ARGUMENT"),
    ("wrong name of the time range", f"{LEADS}&timeRange=(start:1)", "QUERY_PARAM_NOT_ALLOWED"),
    ("time range not a number", f"{LEADS}&submittedAtTimeRange=(start:yesterday)", "ILLEGAL_ARGUMENT"),
    ("time range with a strange member", f"{LEADS}&submittedAtTimeRange=(from:1)", "ILLEGAL_ARGUMENT"),
    ("time range upside down", f"{LEADS}&submittedAtTimeRange=(start:2,end:1)", "ILLEGAL_ARGUMENT"),
    (
        "unversioned form urn",
        f"{LEADS}&versionedLeadGenFormUrn=urn%3Ali%3AleadGenForm%3A1",
        "ILLEGAL_ARGUMENT",
    ),
    ("flag that is no flag", f"{LEADS}&limitedToTestLeads=1", "ILLEGAL_ARGUMENT"),
    ("negative start", f"{LEADS}&start=-1", "ILLEGAL_ARGUMENT"),
    ("count beyond the largest", f"{LEADS}&count=1001", "ILLEGAL_ARGUMENT"),
    ("fields encoded", f"{LEADS}&fields=id%2CsubmittedAt", "ILLEGAL_ARGUMENT"),
    ("parameter twice", f"{LEADS}&start=0&start=1", "ILLEGAL_ARGUMENT"),
    ("plus for a blank", "/rest/adAccounts?q=search&search=(name:(values:List(a+b)))", "ILLEGAL_ARGUMENT"),
    ("ids as a plain list", "/rest/leadForms?ids=1,2", "ILLEGAL_ARGUMENT"),
    ("ids as one value", "/rest/leadForms?ids=1", "FIELD_INVALID"),
    ("ids empty", "/rest/leadForms?ids=List()", "ILLEGAL_ARGUMENT"),
    ("form urn in the path", "/rest/leadForms/urn%3Ali%3AleadGenForm%3A7234246", "ILLEGAL_ARGUMENT"),
    ("simple key for a compound one", "/rest/adAccountUsers/7", "ILLEGAL_ARGUMENT"),
    ("half a compound key", "/rest/adAccountUsers/(user:urn%3Ali%3Aperson%3Aa)", "ILLEGAL_ARGUMENT"),
    ("facet not a record", "/rest/adAccounts?q=search&search=(status:ACTIVE)", "ILLEGAL_ARGUMENT"),
    ("facet values not a list", "/rest/adAccounts?q=search&search=(status:(values:ACTIVE))", "FIELD_INVALID"),
    ("offset on the cursor finder", "/rest/adAccounts?q=search&start=0&count=10", "QUERY_PARAM_NOT_ALLOWED"),
    ("page token made up", "/rest/adAccounts?q=search&pageToken=abc", "ILLEGAL_ARGUMENT"),
    ("page size too large", "/rest/adAccounts?q=search&pageSize=1001", "ILLEGAL_ARGUMENT"),
]


@pytest.mark.parametrize(
    ("target", "code"), [row[1:] for row in BAD_REQUESTS], ids=[row[0] for row in BAD_REQUESTS]
)
def test_bad_requests_are_400_with_a_reason(partner: Any, target: str, code: str) -> None:
    response = partner.get(target)
    body = response.json()
    assert (response.status, body["status"]) == (400, 400)
    assert body["message"]
    if code:
        assert body["code"] == code


def test_recorded_texts(partner: Any) -> None:
    assert partner.get("/rest/leadForms?q=owner").json()["message"] == "Parameter 'owner' is required"
    protocol_1 = partner.get(FORMS, X_Restli_Protocol_Version=None).json()
    assert protocol_1 == {
        "status": 400,
        "code": "FIELD_INVALID",
        "message": "array type is not backed by a DataList",
    }


def test_protocol_1_knows_plain_values_only(partner: Any) -> None:
    assert partner.get(ROLES, X_Restli_Protocol_Version=None).status == 200
    assert partner.get("/rest/leadForms?ids=List(1)", X_Restli_Protocol_Version="1.0.0").status == 400
    key = "(account:urn%3Ali%3AsponsoredAccount%3A1234567,user:urn%3Ali%3Aperson%3AK1RwyVNukt)"
    assert partner.get(f"/rest/adAccountUsers/{key}").status == 200
    assert partner.get(f"/rest/adAccountUsers/{key}", X_Restli_Protocol_Version="1.0.0").status == 400
    assert partner.get(ROLES, X_Restli_Protocol_Version="3.0.0").status == 400


VERSIONS = [
    ("202601", 200),
    ("202609", 200),
    ("202610", 426),
    ("202512", 426),
    ("202511", 426),
    ("202600", 426),
    ("2026", 426),
    ("latest", 426),
]


@pytest.mark.parametrize(("version", "status"), VERSIONS)
def test_versions_in_and_out_of_the_window(partner: Any, version: str, status: int) -> None:
    assert partner.get(ROLES, LinkedIn_Version=version).status == status


def test_version_bodies(partner: Any) -> None:
    assert partner.get(ROLES, LinkedIn_Version="202412").json() == {
        "status": 426,
        "code": "NONEXISTENT_VERSION",
        "message": "Requested version 20241201 is not active",
    }
    missing = partner.get(ROLES, LinkedIn_Version=None)
    assert (missing.status, missing.json()["code"]) == (400, "VERSION_MISSING")


def test_the_version_window_moves_but_the_skipped_month_stays_out(partner: Any) -> None:
    partner.emulator.control.knobs.patch(version_oldest="202511", version_newest="202611")
    assert partner.get(ROLES, LinkedIn_Version="202611").status == 200
    assert partner.get(ROLES, LinkedIn_Version="202512").status == 426


SCOPES_NEEDED = [
    (LEADS, ["r_ads"], "leadFormResponses.FINDER-owner.20260901"),
    ("/rest/leadFormResponses/x", ["rw_ads"], "leadFormResponses.GET.20260901"),
    (FORMS, ["r_organization_admin"], "leadForms.FINDER-owner.20260901"),
    (ROLES, ["r_marketing_leadgen_automation"], "adAccountUsers.FINDER-authenticatedUser.20260901"),
    ("/rest/organizationAcls?q=roleAssignee", ["r_ads"], "organizationAcls.FINDER-roleAssignee.20260901"),
    ("/rest/adAccounts/1/adCampaigns/2", ["openid"], "adCampaigns.GET.20260901"),
    ("/rest/events/6789", ["r_ads"], "events.GET.20260901"),
    ("/v2/me", ["r_ads"], "me.GET.NO_VERSION"),
    ("/v2/userinfo", ["r_basicprofile"], "userinfo.GET.NO_VERSION"),
]


@pytest.mark.parametrize(("target", "scopes", "permission"), SCOPES_NEEDED)
def test_a_missing_scope_is_403(
    partner_as: Callable[..., Any], target: str, scopes: list[str], permission: str
) -> None:
    response = partner_as(scopes).get(target)
    assert response.status == 403
    assert response.json() == {
        "status": 403,
        "serviceErrorCode": 100,
        "code": "ACCESS_DENIED",
        "message": f"Not enough permissions to access: {permission}",
    }


def test_forms_may_be_created_with_rw_ads_only(partner: Any, partner_as: Callable[..., Any]) -> None:
    assert partner.post_json("/rest/leadForms", {}).status == 403
    assert partner_as(["rw_ads"]).post_json("/rest/leadForms", {}).status == 400


VERBS = [
    ("GET", "/rest/nonsense", 404),
    ("GET", "/rest/adForms?q=account", 404),
    ("GET", "/rest/leadnotifications/7012", 404),
    ("GET", "/v2/nonsense", 404),
    ("GET", "/nowhere", 404),
    ("PUT", "/rest/leadForms/1", 405),
    ("DELETE", "/rest/leadForms/1", 405),
    ("POST", "/rest/leadFormResponses", 405),
    ("PATCH", "/rest/leadForms", 405),
    ("POST", "/rest/leadNotifications/7012", 405),
    ("GET", "/oauth/v2/accessToken", 405),
    ("GET", "/rest/leadForms/99", 404),
    ("GET", "/rest/leadFormResponses/nobody-1", 404),
]


@pytest.mark.parametrize(("method", "target", "status"), VERBS)
def test_wrong_paths_and_verbs(partner: Any, method: str, target: str, status: int) -> None:
    assert partner.call(method, target).status == status


def test_not_found_body(partner: Any) -> None:
    assert partner.get("/rest/leadForms/99").json() == {
        "status": 404,
        "code": "NOT_FOUND",
        "message": "Not Found.",
    }
    assert partner.get("/rest/nonsense").json()["code"] == "RESOURCE_NOT_FOUND"


LONG = [
    ("/rest/leadForms?" + "a" * 4_097, 414),
    ("/rest/leadForms/" + "a" * 4_097, 414),
    ("/rest/" + "a/" * 4_100, 414),
    ("/rest/leadForms/" + "1" * 19, 404),
]


@pytest.mark.parametrize(("target", "status"), LONG)
def test_long_urls_are_414(partner: Any, target: str, status: int) -> None:
    assert partner.get(target).status == status


def test_long_headers_are_414_and_come_before_the_token(partner: Any) -> None:
    assert partner.get(ROLES, Cookie="x" * 29_000).status == 414
    assert partner.get(f"/rest/x?{'a' * 5_000}", Authorization=None).status == 414


def test_an_empty_post_says_its_length(partner: Any) -> None:
    assert partner.call("POST", "/rest/leadNotifications", Content_Length=None).status == 411
    assert partner.call("POST", "/oauth/v2/accessToken", Content_Length=None).status == 411


TOKENS = [
    ({"Authorization": None}, 65604, "Empty oauth2 access token"),
    ({"Authorization": "Bearer "}, 65604, "Empty oauth2 access token"),
    ({"Authorization": "Basic abc"}, 65604, "Empty oauth2 access token"),
    ({"Authorization": "Bearer garbage"}, 65600, "Invalid access token"),
]


@pytest.mark.parametrize(("headers", "code", "message"), TOKENS)
def test_bad_tokens(partner: Any, headers: dict[str, str | None], code: int, message: str) -> None:
    response = partner.get(ROLES, **headers)
    assert response.status == 401
    assert (response.json()["serviceErrorCode"], response.json()["message"]) == (code, message)


def test_a_refresh_token_is_no_access_token(partner: Any) -> None:
    refused = partner.get(ROLES, Authorization=f"Bearer {partner.token['refresh_token']}")
    assert refused.json()["code"] == "INVALID_ACCESS_TOKEN"


def test_checks_come_in_order(partner: Any, partner_as: Callable[..., Any]) -> None:
    """Each call is wrong in all later ways too; the earliest check speaks."""
    lost = partner_as(["openid"])
    assert lost.get("/rest/leadForms", Authorization="Bearer x", LinkedIn_Version=None).status == 401
    assert lost.get("/rest/nonsense", LinkedIn_Version=None).json()["code"] == "VERSION_MISSING"
    assert lost.get("/rest/nonsense").status == 404
    assert lost.get(f"{LEADS}&nonsense=1").status == 403
    lost.emulator.control.knobs.patch(quota_app_daily=0)
    allowed = partner_as()
    assert allowed.get(f"{LEADS}&nonsense=1").status == 429
    lost.emulator.control.knobs.patch(quota_app_daily=10)
    lost.emulator.control.world.remove_account_role(1234567, "K1RwyVNukt")
    assert allowed.get(f"{LEADS}&nonsense=1").status == 400
    assert allowed.get(LEADS).status == 403


def test_a_named_method_must_fit(partner: Any) -> None:
    assert partner.get(ROLES, X_RestLi_Method="FINDER").status == 200
    assert partner.get("/rest/leadForms/7234246", X_RestLi_Method="GET").status == 200
    assert partner.get(ROLES, X_RestLi_Method="BATCH_GET").status == 400


def test_a_tunnelled_query_may_be_long(partner: Any) -> None:
    ids = ",".join(str(number) for number in [7234246, *range(10**17, 10**17 + 300)])
    body = f"ids=List({ids})".encode()
    form = "application/x-www-form-urlencoded"
    response = partner.call("POST", "/rest/leadForms", body, X_HTTP_Method_Override="GET", Content_Type=form)
    assert response.status == 200
    assert list(response.json()["results"]) == ["7234246"]


def test_a_tunnelled_body_comes_as_the_second_part(partner: Any) -> None:
    body = (
        b"--xyz\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\r\n"
        b'--xyz\r\nContent-Type: application/json\r\n\r\n{"webhook":"http://a.example"}\r\n--xyz--\r\n'
    )
    mixed = "multipart/mixed; boundary=xyz"
    response = partner.call(
        "POST", "/rest/leadNotifications", body, X_HTTP_Method_Override="POST", Content_Type=mixed
    )
    paths = [e["input"]["inputPath"]["fieldPath"] for e in response.json()["errorDetails"]["inputErrors"]]
    assert (response.status, paths) == (400, ["owner", "leadType"])


@pytest.mark.parametrize("kind", ["text/plain", "multipart/mixed", "multipart/mixed; boundary=none"])
def test_other_tunnels_are_closed(partner: Any, kind: str) -> None:
    response = partner.call("POST", "/rest/leadForms", b"x", X_HTTP_Method_Override="GET", Content_Type=kind)
    assert response.status == 400


def test_a_tunnel_has_no_second_query(partner: Any) -> None:
    form = "application/x-www-form-urlencoded"
    body = b"ids=List(1)"
    response = partner.call(
        "POST", "/rest/leadForms?x=1", body, X_HTTP_Method_Override="GET", Content_Type=form
    )
    assert response.status == 400


def test_headers_of_every_api_answer(partner: Any) -> None:
    first, second = partner.get(ROLES), partner.get("/rest/nonsense")
    for response in (first, second):
        assert response.headers["x-restli-protocol-version"] == "2.0.0"
        assert response.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
        assert response.headers["content-type"] == "application/json"
        assert len(response.headers["x-li-uuid"]) == 24
        assert not {"retry-after", "x-ratelimit-limit"} & response.headers.keys()
    assert first.headers["x-li-uuid"] != second.headers["x-li-uuid"]


def test_the_date_header_can_be_off(partner: Any) -> None:
    partner.emulator.control.knobs.patch(date_offset_ms=-3_600_000)
    assert partner.get(ROLES).headers["date"] == "Wed, 31 Dec 2025 23:00:00 GMT"
