"""Subscriptions, challenges, signatures, pushes and their retries."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedin_emulator import Emulator
from linkedin_emulator.hooks.pushes import sign
from linkedin_emulator.hooks.webhooks import NEXT_STATE, challenge_response

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SECRET = "emulator-client-secret-01"
URL = "https://app.example.com/linkedin/webhook/c1a"
WISH = {
    "webhook": URL,
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
    "leadType": "SPONSORED",
}
EVENT = {
    "webhook": f"{URL}?k=1",
    "owner": {"organization": "urn:li:organization:11223344"},
    "leadType": "EVENT",
}
LIST = (
    "/rest/leadNotifications?q=criteria&owner=(value:(sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567))"
    "&leadType=(leadType:SPONSORED)"
)
# The 401-byte body whose signature the webhook-validation contract gives as a vector.
VECTOR = (
    b'{"type":"LEAD_ACTION","leadGenFormResponse":"urn:li:leadGenFormResponse:249592fc-d272-44ba-a7db-c2bdce579507-6",'
    b'"leadGenForm":"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)","owner":{"sponsoredAccount":'
    b'"urn:li:sponsoredAccount:1234567"},"associatedEntity":{"sponsoredCreative":"urn:li:sponsoredCreative:241257736"},'
    b'"leadType":"SPONSORED","leadAction":"CREATED","occurredAt":1689894599288}'
)


def subscribe(partner: Any, **changes: Any) -> Any:
    return partner.post_json("/rest/leadNotifications", WISH | changes)


def test_signature_vectors() -> None:
    assert len(VECTOR) == 401
    assert sign(SECRET, VECTOR) == "989aedb2e244969b03af44a6ac7b7cbb817953539adf96d3eeb3245deea7921b"
    zoe = '{"a":"Zoë"}'.encode()
    assert sign(SECRET, zoe) == "439310c10ca299655756411db3da3441eb6357d30f488ab336779048df1e3d5a"


def test_challenge_vector() -> None:
    answer = challenge_response(SECRET, "890e4665-4dfe-4ab1-b689-ed553bceeed0")
    assert answer == "3f89ca1d381a5ca50b1390194af63a307dc70f97aa7ec016bd8f34da6ce1167f"


def test_a_subscription_is_made_after_a_challenge(partner: Any, webhooks: Any) -> None:
    response = subscribe(partner, webhook=f"{URL}?k=secret")
    assert (response.status, response.body, response.headers["x-restli-id"]) == (201, b"", "7012")
    method, url, _, _ = webhooks.calls[0]
    assert method == "GET"
    assert url.startswith(f"{URL}?k=secret&challengeCode=")
    code = url.rpartition("=")[2]
    assert (len(code), code[14]) == (36, "4")
    shown = WISH | {"id": 7012, "webhook": f"{URL}?k=secret"}
    assert partner.ok("/rest/leadNotifications/7012") == shown
    assert partner.ok(LIST) == {
        "paging": {"start": 0, "count": 10, "links": [], "total": 1},
        "elements": [shown],
    }


BAD_ANSWERS: list[tuple[str, Callable[[str, str], Any]]] = [
    ("status", lambda m, u: (500, {"content-type": "application/json"}, b"{}")),
    ("content type", lambda m, u: (200, {"content-type": "text/plain"}, b"{}")),
    ("not json", lambda m, u: (200, {"content-type": "application/json"}, b"hello")),
    ("not an object", lambda m, u: (200, {"content-type": "application/json"}, b"[]")),
    ("members missing", lambda m, u: (200, {"content-type": "application/json"}, b'{"challengeCode":"x"}')),
    (
        "wrong response",
        lambda m, u: (
            200,
            {"content-type": "application/json"},
            json.dumps({"challengeCode": u.rpartition("=")[2], "challengeResponse": "0" * 64}).encode(),
        ),
    ),
    ("no answer", lambda m, u: (_ for _ in ()).throw(TimeoutError())),
]


@pytest.mark.parametrize("answer", [row[1] for row in BAD_ANSWERS], ids=[row[0] for row in BAD_ANSWERS])
def test_a_failed_challenge_makes_no_subscription(partner: Any, webhooks: Any, answer: Any) -> None:
    webhooks.answer = answer
    response = subscribe(partner)
    assert (response.status, response.json()["code"]) == (400, "ILLEGAL_ARGUMENT")
    assert response.json()["message"] == "This URL did not pass the security challenge check"
    assert partner.ok(LIST)["elements"] == []


BAD_WISHES: list[dict[str, Any]] = [
    {"webhook": "http://app.example.com/hook"},
    {"webhook": "http://127.0.0.1/hook"},
    {"webhook": "https://abc.ngrok.io/hook"},
    {"webhook": "https://"},
    {"webhook": 7},
    {"webhook": None},
    {"webhook": "https://user:pass@app.example.com/"},
    {"owner": "urn:li:sponsoredAccount:1234567"},
    {"owner": {"value": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"}}},
    {"owner": {"organization": "urn:li:sponsoredAccount:1234567"}},
    {"leadType": "EVENT"},
    {"leadType": "ORGANIC"},
    {"leadType": {"leadType": "SPONSORED"}},
    {"versionedForm": "urn:li:leadGenForm:818"},
    {"associatedEntity": "urn:li:event:6789"},
    {"associatedEntity": {"event": "6789"}},
    {"limitedToTestLeads": True},
]


@pytest.mark.parametrize("changes", BAD_WISHES, ids=[json.dumps(wish) for wish in BAD_WISHES])
def test_bad_wishes_are_400_and_nobody_is_called(
    partner: Any, webhooks: Any, changes: dict[str, Any]
) -> None:
    assert subscribe(partner, **changes).status == 400
    assert webhooks.calls == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null"])
def test_bad_bodies_are_400(partner: Any, body: bytes) -> None:
    assert partner.call("POST", "/rest/leadNotifications", body).status == 400


def test_http_on_loopback_is_a_knob(partner: Any) -> None:
    partner.emulator.control.knobs.patch(allow_http_webhooks=True)
    assert subscribe(partner, webhook="http://127.0.0.1:8000/hook").status == 201
    assert subscribe(partner, webhook="http://app.example.com/hook").status == 400


def test_a_role_is_needed(partner_as: Callable[..., Any], webhooks: Any) -> None:
    partner = partner_as()
    owner = {"sponsoredAccount": "urn:li:sponsoredAccount:5678912"}
    assert subscribe(partner, owner=owner).status == 403
    assert webhooks.calls == []


def test_duplicates_get_a_second_id_or_409(partner: Any) -> None:
    assert [subscribe(partner).headers["x-restli-id"] for _ in range(2)] == ["7012", "7013"]
    partner.emulator.control.knobs.patch(refuse_duplicate_subscriptions=True)
    assert subscribe(partner).status == 409
    assert subscribe(partner, webhook=f"{URL}2").status == 201


def test_the_limit_per_owner(partner: Any) -> None:
    partner.emulator.control.knobs.patch(max_subscriptions_per_owner=2)
    assert [subscribe(partner).status for _ in range(3)] == [201, 201, 400]


def test_delete_and_no_update(partner: Any) -> None:
    subscribe(partner)
    assert partner.call("PUT", "/rest/leadNotifications/7012", b"{}").status == 405
    response = partner.call("DELETE", "/rest/leadNotifications/7012")
    assert (response.status, response.body) == (204, b"")
    assert partner.call("DELETE", "/rest/leadNotifications/7012").status == 404
    assert partner.get("/rest/leadNotifications/7012").status == 404


def test_lists_are_per_lead_type_and_wrapped(partner: Any) -> None:
    subscribe(partner)
    partner.post_json("/rest/leadNotifications", EVENT)
    organic = LIST.replace(
        "sponsoredAccount:urn%3Ali%3AsponsoredAccount%3A1234567",
        "organization:urn%3Ali%3Aorganization%3A11223344",
    )
    assert [x["id"] for x in partner.ok(organic.replace("SPONSORED", "EVENT"))["elements"]] == [7013]
    assert partner.ok(organic.replace("SPONSORED", "COMPANY"))["elements"] == []
    unwrapped = LIST.replace("(value:(", "(").replace("))&", ")&")
    assert partner.get(unwrapped).status == 400


def test_apps_do_not_see_each_others_subscriptions(partner: Any, emulator: Emulator) -> None:
    subscribe(partner)
    emulator.control.world.create_app("78other", ["s"], ["https://x.example/cb"])
    token = emulator.control.tokens.issue(["r_marketing_leadgen_automation"], client_id="78other")
    other = {"Authorization": f"Bearer {token['access_token']}"}
    assert partner.get("/rest/leadNotifications/7012", **other).status == 404
    assert partner.get(LIST, **other).json()["elements"] == []


def test_creation_and_withdrawal_are_pushed_and_signed(
    partner: Any, emulator: Emulator, webhooks: Any, time: Any
) -> None:
    subscribe(partner)
    lead = emulator.control.leads.submit(7234246)
    time.at += 1_000
    emulator.control.leads.withdraw(lead["id"])
    assert emulator.tick() == 2
    created, deleted = webhooks.bodies()
    assert created == {
        "type": "LEAD_ACTION",
        "leadGenFormResponse": f"urn:li:leadGenFormResponse:{lead['id']}",
        "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)",
        "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
        "associatedEntity": {"sponsoredCreative": lead["lead"]["associatedEntity"]["associatedCreative"]},
        "leadType": "SPONSORED",
        "leadAction": "CREATED",
        "occurredAt": time.at - 1_000,
    }
    assert deleted == created | {"leadAction": "DELETED", "occurredAt": time.at}
    for _, url, headers, body in webhooks.calls[1:]:
        assert url == URL
        assert headers["x-li-signature"] == sign(SECRET, body)
        assert headers["content-type"] == "application/json"
    assert emulator.tick() == 0


def test_who_is_told(partner: Any, emulator: Emulator, webhooks: Any) -> None:
    """Owner level hears all of its type; form level one version; entity level one event."""
    version_1 = "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:11780444,1)"
    subscribe(partner, webhook=f"{URL}/all")
    subscribe(partner, webhook=f"{URL}/form", versionedForm=version_1)
    partner.post_json("/rest/leadNotifications", EVENT | {"associatedEntity": {"event": "urn:li:event:6789"}})
    partner.post_json("/rest/leadNotifications", EVENT | {"associatedEntity": {"event": "urn:li:event:1"}})
    shown = partner.ok("/rest/leadNotifications/7013")
    assert shown["versionedForm"] == version_1
    emulator.control.leads.submit(11780444, version=1)
    emulator.control.leads.submit(11780444, version=3)
    emulator.control.leads.submit(6955637458260688898)
    emulator.control.leads.submit(6955637458260688897)
    emulator.control.leads.submit(11780555)
    emulator.tick()
    told = [url.removeprefix(URL) for method, url, _, _ in webhooks.calls if method == "POST"]
    assert sorted(told) == ["/all", "/all", "/form", "?k=1"]


def test_test_leads_are_pushed_generated_ones_are_not(
    partner: Any, emulator: Emulator, webhooks: Any
) -> None:
    subscribe(partner)
    emulator.control.leads.generate(7234246, 10)
    emulator.control.leads.submit_test(7234246)
    emulator.control.leads.submit(7234246, push=False)
    assert emulator.tick() == 1


LOSSES: list[tuple[str, Callable[[Emulator], Any]]] = [
    ("grant revoked", lambda e: e.control.tokens.revoke()),
    ("page role", lambda e: e.control.world.remove_page_role(11223344, "K1RwyVNukt")),
    ("account role", lambda e: e.control.world.remove_account_role(1234567, "K1RwyVNukt")),
]


@pytest.mark.parametrize("lose", [row[1] for row in LOSSES], ids=[row[0] for row in LOSSES])
def test_pushes_stop_silently(partner: Any, emulator: Emulator, lose: Callable[[Emulator], Any]) -> None:
    subscribe(partner)
    lose(emulator)
    emulator.control.leads.submit(7234246)
    assert emulator.tick() == 0


def test_pushes_stop_when_the_grant_runs_out(partner: Any, emulator: Emulator, time: Any) -> None:
    subscribe(partner)
    time.at += 366 * DAY
    emulator.tick()
    emulator.control.leads.submit(7234246)
    assert emulator.tick() == 0


def test_a_failed_push_is_tried_every_five_minutes_for_eight_hours(
    partner: Any, emulator: Emulator, webhooks: Any, time: Any
) -> None:
    subscribe(partner)
    webhooks.answer = lambda method, url: (500, {}, b"") if method == "POST" else None
    emulator.control.leads.submit(7234246)
    started, times = time.at, []
    for _ in range(10 * 60):
        before = len(webhooks.bodies())
        emulator.tick()
        if len(webhooks.bodies()) > before:
            times.append(time.at - started)
        time.at += MINUTE
    assert times == [n * 5 * MINUTE for n in range(97)]
    done = emulator.control.hooks.pushes()["done"]
    assert [(push["state"], push["attempts"], push["last_status"]) for push in done] == [
        ("given_up", 97, 500)
    ]


def test_a_push_that_arrives_at_last_is_not_sent_again(
    partner: Any, emulator: Emulator, webhooks: Any, time: Any
) -> None:
    subscribe(partner)
    webhooks.answer = lambda method, url: (302, {}, b"") if method == "POST" else None
    emulator.control.leads.submit(7234246)
    emulator.tick()
    assert [push["attempts"] for push in emulator.control.hooks.pushes()["waiting"]] == [1]
    webhooks.answer = None
    time.at += 5 * MINUTE
    assert [emulator.tick(), emulator.tick()] == [1, 0]
    assert len({json.dumps(body) for body in webhooks.bodies()}) == 1
    assert emulator.control.hooks.pushes()["waiting"] == []


def test_revalidation_blocks_after_three_misses_until_somebody_acts(
    partner: Any, emulator: Emulator, webhooks: Any, time: Any
) -> None:
    subscribe(partner)

    def state() -> tuple[str, int]:
        row = emulator.control.hooks.webhooks()[0]
        return row["state"], row["misses"]

    webhooks.answer = lambda method, url: (503, {}, b"")
    seen = []
    for _ in range(5):
        time.at += 2 * HOUR - 1
        assert emulator.tick() == 0
        time.at += 1
        emulator.tick()
        seen.append(state())
    assert seen == [("VALIDATED", 1), ("VALIDATED", 2), ("BLOCKED", 3), ("BLOCKED", 3), ("BLOCKED", 3)]
    webhooks.answer = None
    emulator.control.leads.submit(7234246)
    assert emulator.tick() == 0
    assert emulator.control.hooks.validate(URL)["state"] == "VALIDATED"
    assert state() == ("VALIDATED", 0)
    emulator.control.leads.submit(7234246)
    assert emulator.tick() == 1


def test_a_passed_challenge_forgets_earlier_misses(
    partner: Any, emulator: Emulator, webhooks: Any, time: Any
) -> None:
    subscribe(partner)
    for fails in (True, True, False, True, True, False):
        webhooks.answer = (lambda method, url: (503, {}, b"")) if fails else None
        time.at += 2 * HOUR
        emulator.tick()
    assert emulator.control.hooks.webhooks()[0]["state"] == "VALIDATED"


@given(st.lists(st.booleans(), max_size=12))
def test_only_three_misses_in_a_row_block(results: list[bool]) -> None:
    state: Any = "VALIDATED"
    misses = 0
    for passed in results:
        misses = 0 if passed else misses + 1
        state = NEXT_STATE[state, passed, misses >= 3]
    misses_at_the_end = list(itertools.takewhile(lambda passed: not passed, reversed(results)))
    assert (state == "BLOCKED") == (len(misses_at_the_end) >= 3)


def test_webhooks_that_nobody_uses_are_not_challenged(partner: Any, emulator: Emulator, time: Any) -> None:
    subscribe(partner)
    partner.call("DELETE", "/rest/leadNotifications/7012")
    time.at += 3 * HOUR
    assert emulator.tick() == 0


def test_a_new_secret_signs_and_is_asked_for(partner: Any, emulator: Emulator, webhooks: Any) -> None:
    subscribe(partner)
    emulator.control.world.patch_app("78emulatordemo01", secrets=["second-secret", SECRET])
    emulator.control.leads.submit(7234246)
    emulator.tick()
    _, _, headers, body = webhooks.calls[-1]
    assert headers["x-li-signature"] == sign("second-secret", body)
    assert subscribe(partner).status == 400


def test_push_knobs(partner: Any, emulator: Emulator, webhooks: Any, time: Any) -> None:
    subscribe(partner)
    emulator.control.knobs.patch(push_copies=3, push_blank_in_form_urn=True, push_wrong_signature=True)
    emulator.control.knobs.patch(push_delay_ms=500)
    emulator.control.leads.submit(7234246)
    assert emulator.tick() == 0
    time.at += 500
    assert emulator.tick() == 3
    assert "(urn:li:leadGenForm:7234246, 1)" in webhooks.bodies()[0]["leadGenForm"]
    _, _, headers, body = webhooks.calls[-1]
    assert headers["x-li-signature"] != sign(SECRET, body)
    emulator.control.knobs.patch(push_drop_share=1.0)
    emulator.control.leads.submit(7234246)
    time.at += 500
    assert emulator.tick() == 0


def test_pushes_can_arrive_out_of_order(partner: Any, emulator: Emulator, webhooks: Any, time: Any) -> None:
    subscribe(partner)
    emulator.control.knobs.patch(push_jitter_ms=60_000)
    sent = [f"urn:li:leadGenFormResponse:{emulator.control.leads.submit(7234246)['id']}" for _ in range(8)]
    time.at += 60_000
    emulator.tick()
    arrived = [body["leadGenFormResponse"] for body in webhooks.bodies()]
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent


def test_replays_and_foreign_pushes(partner: Any, emulator: Emulator, webhooks: Any) -> None:
    subscribe(partner)
    subscribe(partner)
    lead = emulator.control.leads.submit(7234246, push=False)["id"]
    assert emulator.control.leads.notify(lead, "DELETED", 5) == {"queued": 2}
    assert emulator.control.hooks.push_foreign() == 1
    emulator.tick()
    assert [body["type"] for body in webhooks.bodies()] == ["LEAD_ACTION"] * 2 + [
        "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
    ]
    assert (webhooks.bodies()[0]["leadAction"], webhooks.bodies()[0]["occurredAt"]) == ("DELETED", 5)
    assert partner.get(f"/rest/leadFormResponses/{lead}").status == 200


def test_a_push_before_the_lead_is_readable(partner: Any, emulator: Emulator, webhooks: Any) -> None:
    subscribe(partner)
    lead = emulator.control.leads.submit(7234246, readable_after_ms=5_000)["id"]
    assert emulator.tick() == 1
    assert partner.get(f"/rest/leadFormResponses/{lead}").status == 404


def test_a_webhook_may_call_back_while_it_is_told(partner: Any, emulator: Emulator, webhooks: Any) -> None:
    """The lock is not held while a webhook answers, also not from another thread."""
    import threading

    seen: list[int] = []

    def answer(method: str, url: str) -> None:
        thread = threading.Thread(target=lambda: seen.append(partner.get(LIST).status))
        thread.start()
        thread.join(5)

    webhooks.answer = answer
    assert subscribe(partner).status == 201
    emulator.control.leads.submit(7234246)
    emulator.tick()
    assert seen == [200, 200]


def test_without_a_transport_no_challenge_passes(time: Any) -> None:
    alone = Emulator(now=time)
    token = alone.control.tokens.issue(["r_marketing_leadgen_automation"])["access_token"]
    headers = {
        "Authorization": f"Bearer {token}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
        "Content-Length": "1",
    }
    assert alone.handle("POST", "/rest/leadNotifications", headers, json.dumps(WISH).encode()).status == 400
