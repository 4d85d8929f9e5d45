"""Leads: filters, shapes, decorations, retention, visibility, roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from linkedin_emulator import Emulator

DAY = 86_400_000
ORGANIZATION = "(organization:urn%3Ali%3Aorganization%3A11223344)"
DECORATED = (
    "&fields=ownerInfo,associatedEntityInfo,leadMetadataInfo,owner,leadType,versionedLeadGenFormUrn,id,"
    "submittedAt,testLead,formResponse,form:(hiddenFields,creationLocale,name,id,content)"
)


def urn_of(form: int, version: int) -> str:
    return f"urn%3Ali%3AversionedLeadGenForm%3A%28urn%3Ali%3AleadGenForm%3A{form}%2C{version}%29"


def everything(partner: Any, extra: str = "", **other: str) -> list[Any]:
    elements: list[Any] = partner.leads(f"{extra}&count=1000", **other)["elements"]
    return elements


def test_a_lead_has_the_recorded_members(emulator: Emulator, partner: Any, time: Any) -> None:
    answers = {10107234246: "Ada", 10307234246: "ada@example.com", 10707234246: [0]}
    sent = emulator.control.leads.submit(7234246, answers=answers, consents={"0": True})
    lead = partner.leads("&count=1")["elements"][0]
    assert lead == sent["lead"]
    assert lead["owner"] == {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"}
    assert lead["leadType"] == "SPONSORED"
    assert lead["leadMetadata"] == {
        "sponsoredLeadMetadata": {"campaign": "urn:li:sponsoredCampaign:198356826"}
    }
    assert lead["versionedLeadGenFormUrn"] == "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)"
    assert lead["associatedEntity"]["associatedCreative"].startswith("urn:li:sponsoredCreative:24125773")
    assert lead["submitter"].startswith("urn:li:person:")
    assert (lead["submittedAt"], lead["testLead"]) == (time.at, False)
    assert lead["formResponse"]["consentResponses"] == [{"accepted": True, "consentId": 0}]
    assert {"answerDetails": {"textQuestionAnswer": {"answer": "Ada"}}, "questionId": 10107234246} in lead[
        "formResponse"
    ]["answers"]
    assert {"answerDetails": {"multipleChoiceAnswer": {"options": [0]}}, "questionId": 10707234246} in lead[
        "formResponse"
    ]["answers"]


def test_the_order_is_newest_first(partner: Any) -> None:
    times = [lead["submittedAt"] for lead in everything(partner)]
    assert times == sorted(times, reverse=True)
    assert len(times) > 250


def test_leads_of_equal_time_keep_one_order(emulator: Emulator, partner: Any) -> None:
    made = [emulator.control.leads.submit(7234246)["id"] for _ in range(5)]
    assert [lead["id"] for lead in everything(partner)][:5] == made[::-1]


def test_one_form_version_only(partner: Any) -> None:
    by_version = [everything(partner, f"&versionedLeadGenFormUrn={urn_of(11780444, v)}") for v in (1, 2, 3)]
    assert [len(leads) for leads in by_version] == [40, 40, 43]
    assert {lead["versionedLeadGenFormUrn"] for lead in by_version[1]} == {
        "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:11780444,2)"
    }
    assert everything(partner, f"&versionedLeadGenFormUrn={urn_of(11780444, 9)}") == []


def test_the_time_range_is_half_open(emulator: Emulator, partner: Any, time: Any) -> None:
    for at in (time.at - 2, time.at - 1, time.at):
        emulator.control.leads.submit(7234246, submitted_at=at)

    def times(text: str) -> list[int]:
        return [
            lead["submittedAt"] - time.at for lead in everything(partner, f"&submittedAtTimeRange={text}")
        ]

    assert times(f"(start:{time.at - 2},end:{time.at})") == [-1, -2]
    assert times(f"(start:{time.at - 1})") == [0, -1]
    assert len(times(f"(end:{time.at})")) == len(everything(partner)) - 1
    assert times("(end:0)") == []


def test_test_leads_can_be_asked_for_alone(partner: Any) -> None:
    only = everything(partner, "&limitedToTestLeads=true")
    assert len(only) == 5
    assert all(lead["testLead"] and lead["submitter"] == "urn:li:person:0" for lead in only)
    assert only[0]["formResponse"]["consentResponses"] == []
    unlimited = everything(partner, "&limitedToTestLeads=false")
    assert {lead["testLead"] for lead in unlimited} == {True, False}
    of_form = everything(partner, f"&limitedToTestLeads=true&versionedLeadGenFormUrn={urn_of(7234246, 1)}")
    assert len(of_form) == 2


@pytest.mark.parametrize("shape", ["{}", "(associatedCreative:{})"])
def test_one_creative_only(partner: Any, shape: str) -> None:
    creative = "urn%3Ali%3AsponsoredCreative%3A241257736"
    chosen = everything(partner, f"&associatedEntity={shape.format(creative)}")
    names = {lead["associatedEntity"]["associatedCreative"] for lead in chosen}
    assert names == {"urn:li:sponsoredCreative:241257736"}
    assert 0 < len(chosen) < len(everything(partner))


def test_organic_leads(partner: Any) -> None:
    events = everything(partner, owner=ORGANIZATION, kind="EVENT")
    assert len(events) == 31
    assert set(events[-1]) == {
        "owner",
        "leadType",
        "versionedLeadGenFormUrn",
        "associatedEntity",
        "id",
        "submittedAt",
        "testLead",
        "formResponse",
    }
    assert events[0]["associatedEntity"] == {"event": "urn:li:event:6789"}
    assert "6955637458260688898" in events[0]["versionedLeadGenFormUrn"]
    assert "associatedEntity" not in everything(partner, owner=ORGANIZATION, kind="COMPANY")[0]
    assert everything(partner, owner=ORGANIZATION, kind="ORGANIZATION_PRODUCT") == []


def test_decorations(partner: Any, emulator: Emulator) -> None:
    lead = everything(partner, DECORATED)[-1]
    assert "submitter" not in lead
    assert lead["ownerInfo"] == {"sponsoredAccountInfo": {"name": "Highlander Main"}}
    assert lead["leadMetadataInfo"]["sponsoredLeadMetadataInfo"]["campaign"] == {
        "id": "urn:li:sponsoredCampaign:198356826",
        "name": "Spring campaign",
        "type": "SPONSORED_UPDATES",
    }
    assert lead["associatedEntityInfo"]["associatedCreative"]["name"].startswith("Spring campaign / ")
    assert set(lead["form"]) == {"hiddenFields", "creationLocale", "name", "id", "content"}
    event = everything(partner, DECORATED, owner=ORGANIZATION, kind="EVENT")[0]
    assert event["ownerInfo"] == {"organizationInfo": {"name": "Highlander Cranberries LLC"}}
    emulator.control.knobs.patch(decorations=False)
    bare = everything(partner, DECORATED)[-1]
    assert not {"ownerInfo", "leadMetadataInfo", "associatedEntityInfo", "form"} & set(bare)


def test_the_decorated_form_is_of_the_version_answered(partner: Any, emulator: Emulator) -> None:
    versions = next(f for f in emulator.control.forms.truth() if f["id"] == 11780444)["versions"]
    for number, version in enumerate(versions, 1):
        chosen = f"&versionedLeadGenFormUrn={urn_of(11780444, number)}&fields=id,form:(content),formResponse"
        for lead in everything(partner, chosen):
            assert lead["form"] == {"content": version["content"]}
            known = {q["questionId"] for q in version["content"]["questions"]}
            assert {a["questionId"] for a in lead["formResponse"]["answers"]} <= known


def test_renamed_campaigns_show_their_new_names(partner: Any, emulator: Emulator) -> None:
    everything(partner, "&fields=ownerInfo")
    emulator.control.world.patch_account(1234567, name="New name")
    info = everything(partner, "&fields=ownerInfo")[0]["ownerInfo"]
    assert info["sponsoredAccountInfo"]["name"] == "New name"


def test_nested_projection_of_own_members(partner: Any) -> None:
    lead = everything(partner, "&fields=id,formResponse:(consentResponses),owner")[0]
    assert set(lead) == {"id", "formResponse", "owner"}
    assert set(lead["formResponse"]) == {"consentResponses"}


def test_by_id_and_in_batches(partner: Any, emulator: Emulator) -> None:
    leads = everything(partner)
    for lead in (leads[0], leads[100], leads[-1]):
        assert partner.ok(f"/rest/leadFormResponses/{lead['id']}") == lead
        assert partner.ok(f"/rest/leadFormResponses/{lead['id']}?fields=id") == lead
    emulator.control.knobs.patch(decorate_single_get=True)
    assert partner.ok(f"/rest/leadFormResponses/{leads[0]['id']}?fields=id") == {"id": leads[0]["id"]}
    batch = partner.ok(f"/rest/leadFormResponses?ids=List({leads[3]['id']},nobody-1)")
    assert batch["results"] == {leads[3]["id"]: leads[3]}
    assert batch["errors"]["nobody-1"]["status"] == 404


def test_leads_age_out_of_finder_and_get(emulator: Emulator, partner: Any, time: Any) -> None:
    old = emulator.control.leads.submit(7234246, submitted_at=time.at - 365 * DAY)["id"]
    organic = emulator.control.leads.submit(6955637458260688898, submitted_at=time.at - 90 * DAY)["id"]
    assert old in [lead["id"] for lead in everything(partner)]
    assert organic in [lead["id"] for lead in everything(partner, owner=ORGANIZATION, kind="EVENT")]
    time.at += 1
    assert old not in [lead["id"] for lead in everything(partner)]
    assert organic not in [lead["id"] for lead in everything(partner, owner=ORGANIZATION, kind="EVENT")]
    assert partner.get(f"/rest/leadFormResponses/{old}").status == 404
    assert partner.get(f"/rest/leadFormResponses/{organic}").status == 404
    emulator.control.knobs.patch(retention_sponsored_days=400)
    assert partner.get(f"/rest/leadFormResponses/{old}").status == 200


def test_leads_become_readable_late(emulator: Emulator, partner: Any, time: Any) -> None:
    emulator.control.knobs.patch(readable_after_ms=5_000)
    lead = emulator.control.leads.submit(7234246)
    assert (lead["readable"], lead["readable_at"]) == (False, time.at + 5_000)
    for passed, seen in ((4_999, False), (1, True)):
        time.at += passed
        assert (lead["id"] in [x["id"] for x in everything(partner)]) is seen
        assert (partner.get(f"/rest/leadFormResponses/{lead['id']}").status == 200) is seen


def test_generated_leads_of_the_future_appear_in_their_time(
    emulator: Emulator, partner: Any, time: Any
) -> None:
    before = len(everything(partner))
    emulator.control.leads.generate(7234246, 20, since=time.at, until=time.at + 1_000)
    assert len(everything(partner)) < before + 20
    time.at += 1_000
    assert len(everything(partner)) == before + 20


def test_withdrawn_hidden_and_back_again(emulator: Emulator, partner: Any) -> None:
    lead, control = everything(partner)[5], emulator.control.leads

    def seen() -> bool:
        listed = lead["id"] in [x["id"] for x in everything(partner)]
        assert (partner.get(f"/rest/leadFormResponses/{lead['id']}").status == 200) is listed
        return listed

    for take in (control.withdraw, control.hide):
        take(lead["id"])
        assert not seen()
        control.unhide(lead["id"])
        assert seen()
    control.withdraw(lead["id"])
    again = control.resubmit(lead["id"], {10107234246: "Other"})
    assert seen()
    assert everything(partner)[0]["id"] == again["id"] == lead["id"]
    assert "Other" in json.dumps(everything(partner)[0])


ROLE_CHANGES: list[tuple[str, Callable[[Any], Any]]] = [
    ("account role", lambda world: world.remove_account_role(1234567, "K1RwyVNukt")),
    ("page role", lambda world: world.remove_page_role(11223344, "K1RwyVNukt")),
    (
        "page role revoked",
        lambda world: world.set_page_role(11223344, "K1RwyVNukt", "ADMINISTRATOR", "REVOKED"),
    ),
    ("account without page", lambda world: world.patch_account(1234567, reference=None)),
]


@pytest.mark.parametrize("change", [row[1] for row in ROLE_CHANGES], ids=[row[0] for row in ROLE_CHANGES])
def test_a_lost_role_is_403_401_or_nothing(
    emulator: Emulator, partner: Any, change: Callable[[Any], Any]
) -> None:
    lead = everything(partner)[0]["id"]
    change(emulator.control.world)
    finder = "/rest/leadFormResponses?q=owner&owner=(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567)"
    finder += "&leadType=(leadType:SPONSORED)"
    assert partner.get(finder).json() == {
        "status": 403,
        "serviceErrorCode": 100,
        "code": "ACCESS_DENIED",
        "message": "Member does not have permission to access leads of the owner",
    }
    assert partner.get(f"/rest/leadFormResponses/{lead}").status == 403
    emulator.control.knobs.patch(role_loss="401")
    assert partner.get(finder).status == 401
    emulator.control.knobs.patch(role_loss="empty")
    assert partner.ok(finder)["elements"] == []
    assert partner.ok(finder)["paging"]["total"] == 0
    assert partner.get(f"/rest/leadFormResponses/{lead}").status == 404


MATRIX = [
    ("ADMINISTRATOR", True, True),
    ("CONTENT_ADMINISTRATOR", True, True),
    ("LEAD_GEN_FORMS_MANAGER", True, False),
    ("LEAD_CAPTURE_ADMINISTRATOR", True, False),
    ("CURATOR", True, False),
    ("ANALYST", True, False),
    ("DIRECT_SPONSORED_CONTENT_POSTER", False, False),
    ("RECRUITING_POSTER", False, False),
]


@pytest.mark.parametrize(("role", "company", "event"), MATRIX)
def test_the_role_matrix(emulator: Emulator, partner: Any, role: str, company: bool, event: bool) -> None:
    emulator.control.world.remove_page_role(11223344, "K1RwyVNukt")
    emulator.control.world.set_page_role(11223344, "K1RwyVNukt", role)
    for kind, allowed in (("COMPANY", company), ("ORGANIZATION_PRODUCT", company), ("EVENT", event)):
        target = f"/rest/leadFormResponses?q=owner&owner={ORGANIZATION}&leadType=(leadType:{kind})"
        assert partner.get(target).status == (200 if allowed else 403)


def test_the_demo_accounts_cover_the_cases(partner: Any) -> None:
    found = {}
    for account in range(5678910, 5678915):
        owner = f"(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A{account})"
        target = f"/rest/leadFormResponses?q=owner&owner={owner}&leadType=(leadType:SPONSORED)"
        found[account] = partner.get(target).status
    assert found == {5678910: 200, 5678911: 403, 5678912: 403, 5678913: 200, 5678914: 200}
