"""Leads: the usual one, the odd one, and the one that is none."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.leads import (
    EARLIEST,
    LATEST,
    Answer,
    read_decorated_form,
    read_lead,
    read_lead_batch,
    read_lead_entity,
    read_leads,
)
from leadwire.linkedin.odd_leads import read_odd_lead

SAMPLES = Path(__file__).parent / "samples"
FORM_URN = "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)"


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def lead(**members):
    """A small good lead, with members replaced; None takes one away."""
    said = {
        "id": "c0ffee00-0000-4000-8000-000000000001-2",
        "versionedLeadGenFormUrn": FORM_URN,
        "submittedAt": 1767229999000,
        "owner": {"organization": "urn:li:organization:11223344"},
        "formResponse": {"answers": [], "consentResponses": []},
    }
    return json.dumps({name: value for name, value in (said | members).items() if value is not None}).encode()


def answered(*answers):
    return lead(formResponse={"answers": list(answers), "consentResponses": []})


def text(question_id, words):
    return {"questionId": question_id, "answerDetails": {"textQuestionAnswer": {"answer": words}}}


def test_the_recorded_sponsored_lead():
    found = read_lead(sample("lead_sponsored"))
    assert found.id == "249592fc-d272-44ba-a7db-c2bdce579507-6"
    assert (found.owner_urn, found.lead_type) == ("urn:li:sponsoredAccount:1234567", "SPONSORED")
    assert (found.form_id, found.form_version, found.submitted_at) == ("7234246", 1, 1689894599288)
    assert (found.test_lead, found.campaign, found.creative) == (True, "198356826", "241257736")
    assert found.associated_entity == "urn:li:sponsoredCreative:241257736"
    assert found.answers[2] == Answer("707234246", "choice", ("0",))
    assert found.answers[4] == Answer("107234246", "text", "Ada")
    assert len(found.answers) == 8
    assert found.consents == (("0", True),)


def test_the_submitter_is_not_kept():
    assert b"BcLKblgopR" in sample("lead_sponsored")
    assert b"BcLKblgopR" not in msgspec.json.encode(read_lead(sample("lead_sponsored")))


def test_the_test_lead_the_event_lead_and_the_lead_of_an_old_version():
    test, event, old = (read_lead(sample(f"lead_{name}")) for name in ("test", "event", "outdated"))
    assert (test.test_lead, test.consents, test.answers) == (
        True,
        (),
        (Answer("10107992706", "text", "Test"),),
    )
    assert (event.lead_type, event.form_id, event.campaign, event.creative) == (
        "EVENT",
        "6955637458260688897",
        None,
        None,
    )
    assert (event.owner_urn, event.associated_entity) == ("urn:li:organization:11223344", "urn:li:event:6789")
    assert old.form_version == 2
    assert old.answers == (
        Answer("20511780444", "text", "gone question"),
        Answer("20911780444", "choice", ("0", "4")),
        Answer("20811780444", "text", ""),
        Answer("20711780444", "text", "田中"),
    )
    assert old.consents == (("1", True), ("2", False))


def test_a_decorated_lead_names_campaign_and_creative_in_other_places():
    (raw,) = read_leads(200, {}, sample("leads_decorated")).elements
    found = read_lead(raw)
    assert (found.campaign, found.creative) == ("198356826", "241257736")
    assert found.associated_entity == "urn:li:sponsoredCreative:241257736"
    assert found.answers == (Answer("107234246", "text", "Ada"),)


def test_the_form_inside_a_decorated_lead():
    (raw,) = read_leads(200, {}, sample("leads_decorated")).elements
    owner = "urn:li:sponsoredAccount:1234567"
    found = read_decorated_form(raw, form_id="7234246", version=4, owner_urn=owner)
    assert (found.form.id, found.form.version, found.form.owner_urn, found.form.locale) == (
        "7234246",
        4,
        owner,
        "es_ES",
    )
    assert [question.question for question in found.form.questions] == ["Nombre"]
    assert [field.value for field in found.form.hidden_fields] == ["abc678", "def789"]
    assert json.loads(found.raw)["name"] == "Form with written spanish"
    assert read_decorated_form(raw, form_id="99", version=4, owner_urn=owner) is None
    assert (
        read_decorated_form(sample("lead_sponsored"), form_id="7234246", version=4, owner_urn=owner) is None
    )
    assert read_decorated_form(lead(form={"id": 7}), form_id="7", version=1, owner_urn=owner) is None


def test_a_decorated_form_is_found_beside_an_odd_member():
    raw = lead(form={"id": 7, "content": {}})[:-1] + b',"odd":NaN}'
    assert read_decorated_form(raw, form_id="7", version=1, owner_urn="urn:li:organization:1").form.id == "7"
    with pytest.raises(Surprise):
        read_decorated_form(lead(form={"content": {}}), form_id="7", version=1, owner_urn="x")


def test_answers_stay_out_of_every_repr():
    assert "Ada" not in repr(read_lead(sample("lead_sponsored")))
    assert "Ada" not in str(read_lead(sample("lead_sponsored")).answers[4].__rich_repr__())


@pytest.mark.parametrize("name", ["lead_sponsored", "lead_test", "lead_event", "lead_outdated"])
def test_the_quick_and_the_careful_reader_agree_on_recorded_leads(name):
    assert read_lead(sample(name)) == read_odd_lead(sample(name))


ids = st.integers(0, 10**19)
answers = st.builds(text, ids, st.text(max_size=20)) | st.builds(
    lambda question, options: {
        "questionId": question,
        "answerDetails": {"multipleChoiceAnswer": {"options": options}},
    },
    ids,
    st.lists(st.integers(0, 9), max_size=3),
)
good_leads = st.builds(
    lead,
    submittedAt=st.integers(EARLIEST, LATEST),
    testLead=st.booleans() | st.none(),
    leadType=st.sampled_from(["SPONSORED", "EVENT", "TOMORROW"]) | st.none(),
    leadMetadata=st.none()
    | st.builds(lambda i: {"sponsoredLeadMetadata": {"campaign": f"urn:li:sponsoredCampaign:{i}"}}, ids),
    associatedEntity=st.none()
    | st.builds(
        lambda kind, i: {kind: f"urn:li:x:{i}"},
        st.sampled_from(["associatedCreative", "sponsoredCreative", "event", "company"]),
        ids,
    ),
    formResponse=st.none()
    | st.builds(
        lambda answered, agreed: {
            "answers": answered,
            "consentResponses": [{"consentId": i, "accepted": yes} for i, yes in agreed],
        },
        st.lists(answers, max_size=5),
        st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=3),
    ),
)


@given(good_leads)
def test_the_quick_and_the_careful_reader_agree(raw):
    assert read_lead(raw) == read_odd_lead(raw)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"id": bad}, "id")
        for bad in (None, "", "..", "a b", "x" * 201, True, 1.5, [], {}, "a\u00e9", "urn:li:lead:")
    ]
    + [
        ({"submittedAt": bad}, "submittedAt")
        for bad in (None, "1767229999000", 1767229999, 1.5, True, -1, {})
    ]
    + [({"submittedAt": bad}, "submittedAt") for bad in (EARLIEST - 1, LATEST + 1, 10**30)]
    + [
        ({"versionedLeadGenFormUrn": bad}, "form version")
        for bad in (None, "", 7, "urn:li:leadGenForm:1", [])
    ],
)
def test_a_lead_that_is_none_says_what_is_missing(members, reason):
    raw = lead(**members)
    with pytest.raises(Surprise, match=reason) as caught:
        read_lead(raw)
    assert caught.value.raw == raw


@pytest.mark.parametrize("raw", [b"null", b"[]", b"7", b'"x"', b"", b"{", b'{"id":', b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_no_lead(raw):
    with pytest.raises(Surprise):
        read_lead(raw)


@pytest.mark.parametrize(
    ("members", "name", "value"),
    [
        ({"id": 12}, "id", "12"),
        ({"id": "urn:li:leadGenFormResponse:abc-1"}, "id", "abc-1"),
        ({"submittedAt": EARLIEST}, "submitted_at", EARLIEST),
        ({"submittedAt": float(LATEST)}, "submitted_at", LATEST),
        (
            {"versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1, 1)"},
            "form_id",
            "1",
        ),
        ({"owner": None}, "owner_urn", None),
        ({"owner": "urn:li:organization:1"}, "owner_urn", "urn:li:organization:1"),
        ({"owner": {"newKind": "urn:li:newKind:1"}}, "owner_urn", "urn:li:newKind:1"),
        ({"leadType": 7}, "lead_type", ""),
        ({"leadType": "TOMORROW"}, "lead_type", "TOMORROW"),
        ({"testLead": "true"}, "test_lead", True),
        ({"testLead": "no"}, "test_lead", False),
        ({"leadMetadata": {"sponsoredLeadMetadata": {"campaign": 5}}}, "campaign", "5"),
        ({"leadMetadata": {"eventLeadMetadata": {}}}, "campaign", None),
        ({"leadMetadata": []}, "campaign", None),
        ({"associatedEntity": {"sponsoredCreative": "urn:li:sponsoredCreative:9"}}, "creative", "9"),
        ({"associatedEntity": {"associatedCreative": 9}}, "creative", "9"),
        ({"associatedEntityInfo": {"associatedCreativeInfo": {"id": "urn:li:x:9"}}}, "creative", "9"),
        (
            {"associatedEntity": {"company": "urn:li:organization:3"}},
            "associated_entity",
            "urn:li:organization:3",
        ),
        ({"associatedEntity": "urn:li:event:3"}, "associated_entity", "urn:li:event:3"),
        ({"associatedEntity": 7}, "associated_entity", None),
        ({"formResponse": None}, "answers", ()),
        ({"formResponse": {}}, "answers", ()),
        ({"formResponse": {"answers": None}}, "answers", ()),
        ({"formResponse": {"answers": [], "new": 1}, "new": {"a": []}}, "consents", ()),
    ],
)
def test_an_odd_member_spoils_nothing(members, name, value):
    assert getattr(read_lead(lead(**members)), name) == value


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (text("123", "a"), Answer("123", "text", "a")),
        (text("urn:li:question:123", "a"), Answer("123", "text", "a")),
        ({"answerDetails": {"textQuestionAnswer": {"answer": "a"}}}, Answer("", "text", "a")),
        (text([1], "a"), Answer("", "text", "a")),
        (text(1, 7), Answer("1", "odd", '{"textQuestionAnswer":{"answer":7}}')),
        (text(1, None), Answer("1", "odd", '{"textQuestionAnswer":{"answer":null}}')),
        ({"questionId": 1, "answer": "a"}, Answer("1", "odd", '{"questionId":1,"answer":"a"}')),
        ({"questionId": 1, "answerDetails": "x"}, Answer("1", "odd", '"x"')),
        (
            {"questionId": 1, "answerDetails": {"dateAnswer": {"d": 1}}},
            Answer("1", "odd", '{"dateAnswer":{"d":1}}'),
        ),
        (
            {"questionId": 1, "answerDetails": {"multipleChoiceAnswer": {"options": ["0", 4]}}},
            Answer("1", "choice", ("0", "4")),
        ),
        (
            {"questionId": 1, "answerDetails": {"multipleChoiceAnswer": {"options": [{"index": 1}]}}},
            Answer("1", "odd", '{"multipleChoiceAnswer":{"options":[{"index":1}]}}'),
        ),
        (
            {
                "questionId": 1,
                "answerDetails": {"textQuestionAnswer": {"answer": "a"}, "multipleChoiceAnswer": {}},
            },
            Answer("1", "odd", '{"textQuestionAnswer":{"answer":"a"},"multipleChoiceAnswer":{}}'),
        ),
        (None, Answer("", "odd", "null")),
        ("x", Answer("", "odd", '"x"')),
        (text(1, "nul\0"), Answer("1", "text", "nul\0")),
        (text(1, "half \ud83d"), Answer("1", "text", "half \ud83d")),
    ],
)
def test_an_odd_answer_is_kept_and_its_neighbours_are_read(said, answer):
    good = text(9, "good")
    assert read_lead(answered(good, said, good)).answers == (
        Answer("9", "text", "good"),
        answer,
        Answer("9", "text", "good"),
    )


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1" * 5000, b"1e999"])
def test_a_number_that_is_none_spoils_its_answer_only(number):
    raw = answered(text(1, "good"), text(2, "HERE")).replace(b'"HERE"', number)
    first, second = read_lead(raw).answers
    assert first == Answer("1", "text", "good")
    assert (second.question_id, second.kind) == (
        "2",
        "odd" if number[:1] != b"1" or number == b"1e999" else "text",
    )


@pytest.mark.parametrize(
    ("response", "answers", "consents"),
    [
        ("x", (Answer("", "odd", '"x"'),), ()),
        ({"answers": {"1": 2}}, (Answer("", "odd", '{"1":2}'),), ()),
        ({"answers": "x"}, (Answer("", "odd", '"x"'),), ()),
        (
            {"consentResponses": [{"consentId": "7", "accepted": "yes"}, {"consentId": 8}]},
            (),
            (("7", "yes"), ("8", None)),
        ),
        ({"consentResponses": [None, 5, {"accepted": True}]}, (), (("", None), ("", 5), ("", True))),
        ({"consentResponses": "x"}, (), (("", "x"),)),
    ],
)
def test_nothing_in_an_odd_response_is_lost(response, answers, consents):
    found = read_lead(lead(formResponse=response))
    assert (found.answers, found.consents) == (answers, consents)


def test_nesting_without_end_is_no_crash():
    deep = answered(text(1, "HERE")).replace(b'"HERE"', b"[" * 900 + b"]" * 900)
    deeper = answered(text(1, "HERE")).replace(b'"HERE"', b"[" * 100_000 + b"]" * 100_000)
    assert read_lead(deep).answers[0].kind == "odd"
    with pytest.raises(Surprise, match="RecursionError"):
        read_lead(deeper)


def test_the_last_of_two_equal_keys_counts():
    raw = lead()[:-1] + b',"leadType":"EVENT","leadType":"COMPANY"}'
    assert read_lead(raw).lead_type == "COMPANY"


def test_a_lead_by_id_and_a_batch_are_raw_leads():
    raw = sample("lead_sponsored")
    assert read_lead_entity(200, {}, raw) == raw
    batch = read_lead_batch(200, {}, b'{"results":{"a":%s},"errors":{}}' % raw)
    assert read_lead(batch.found["a"]) == read_lead(raw)
