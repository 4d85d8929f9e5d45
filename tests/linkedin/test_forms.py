"""Forms: every question, option, consent and hidden field, in whatever language."""

import json
from pathlib import Path

import pytest

from leadwire.linkedin.errors import Surprise
from leadwire.linkedin.forms import Consent, HiddenField, Option, read_form, read_forms

SAMPLES = Path(__file__).parent / "samples"


def sample(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def form(**members):
    return read_form(json.dumps({"id": 1, "versionId": 1, **members}).encode())


def with_content(**content):
    return form(creationLocale={"language": "en", "country": "US"}, content=content)


def test_the_swedish_form_of_the_recorded_page():
    swedish = read_form(read_forms(200, {}, sample("forms")).elements[0])
    assert (swedish.id, swedish.version, swedish.state, swedish.locale) == (
        "7992706",
        1,
        "PUBLISHED",
        "sv_SE",
    )
    assert (swedish.owner_urn, swedish.name) == ("urn:li:sponsoredAccount:1234567", "swedish - Jul 26, 2023")
    assert (swedish.headline, swedish.description) == ("rubrik", "testar svenska")
    assert [(q.id, q.predefined_field, q.question, q.name) for q in swedish.questions] == [
        ("10107992706", "FIRST_NAME", "Förnamn", "First name"),
        ("10307992706", "EMAIL", "E-postadress", "Email address"),
    ]
    first = swedish.questions[0]
    assert (first.kind, first.required, first.editable, first.max_length, first.label) == (
        "text",
        True,
        True,
        300,
        None,
    )
    assert (swedish.consents, swedish.hidden_fields, swedish.odd) == ((), (), ())
    assert (swedish.privacy_policy_url, swedish.legal_disclaimer) == (
        "http://example.com/privacy",
        "policytext",
    )
    assert (swedish.review_status, swedish.created_at, swedish.modified_at) == (
        "NEEDS_REVIEW",
        1691014589690,
        1691014589690,
    )


def test_the_spanish_form_of_the_recorded_page():
    spanish = read_form(read_forms(200, {}, sample("forms")).elements[1])
    assert spanish.hidden_fields == (
        HiddenField("hidden_field", "abc678"),
        HiddenField("campo_escondido", "def789"),
    )
    assert spanish.consents == (
        Consent("0", " marque mi casilla de verificación personalizada!", None, True),
    )
    assert len(spanish.questions) == 8
    colour = spanish.questions[6]
    assert (colour.predefined_field, colour.kind, colour.question) == (
        None,
        "choice",
        "Cuál es tu color favorito",
    )
    assert colour.options == (Option("0", "Rojo", None), Option("1", "Azul", None))


def test_the_form_with_labels_and_a_field_of_tomorrow():
    webinar = read_form(sample("form_rejected"))
    assert (webinar.version, webinar.review_status, webinar.locale) == (3, "REJECTED", "en_US")
    assert [q.predefined_field for q in webinar.questions] == ["LAST_NAME", "SOME_FUTURE_FIELD", None]
    assert [q.label for q in webinar.questions] == ["Last name", "Pronouns", "team_size"]
    assert [option.id for option in webinar.questions[2].options] == ["0", "1", "4"]
    assert webinar.questions[2].options[2] == Option("4", "51+", "51+")
    assert [(c.id, c.label, c.required) for c in webinar.consents] == [
        ("1", "I agree to be contacted", True),
        ("2", None, False),
    ]
    assert webinar.hidden_fields[1] == HiddenField("utm_campaign", "")


def test_a_bare_form_and_an_organic_form_with_a_19_digit_id():
    bare = read_form(sample("form_minimal"))
    assert (bare.locale, bare.headline, bare.description) == ("ja_JP", "資料ダウンロード", None)
    assert (bare.review_status, bare.legal_disclaimer, bare.questions[0].max_length) == (None, None, None)
    organic = read_form(sample("form_organic"))
    assert (organic.id, organic.owner_urn) == ("6955637458260688897", "urn:li:organization:11223344")


@pytest.mark.parametrize(
    "raw", [b"null", b"[]", b"{}", b'{"id":1}', b'{"versionId":1}', b'{"id":"x","versionId":1}']
)
def test_what_is_no_form_is_a_surprise(raw):
    with pytest.raises(Surprise):
        read_form(raw)


@pytest.mark.parametrize("version", ['"1"', "null", "1.5", "-1", "true", "[]"])
def test_a_form_of_no_version_is_a_surprise(version):
    with pytest.raises(Surprise, match="version"):
        read_form(b'{"id":1,"versionId":%s}' % version.encode())


def test_everything_but_id_and_version_may_be_missing_or_of_another_type():
    assert form() == form(
        name=7, owner=[], content=[], hiddenFields=None, creationLocale="", reviewInfo="x", created=""
    )
    assert (form().name, form().state, form().questions, form().locale) == ("", "", (), None)


@pytest.mark.parametrize(
    ("headline", "text"),
    [
        ({"localized": {"de_DE": "Hallo", "en_US": "Hello"}}, "Hello"),
        ({"localized": {"de_DE": "Hallo"}}, "Hallo"),
        ({"localized": {"en_US": 7, "fr_FR": "Salut"}}, "Salut"),
        ("Hello", "Hello"),
        ({"localized": {}}, ""),
        ({"localized": "x"}, ""),
    ],
)
def test_a_text_is_taken_in_the_forms_locale_else_in_any(headline, text):
    assert with_content(headline=headline).headline == text


def test_a_locale_may_lack_its_country():
    assert form(creationLocale={"language": "ar"}).locale == "ar"
    assert form(creationLocale="en_US").locale == "en_US"


def test_a_question_of_unknown_kind_is_kept():
    found = with_content(questions=[{"questionId": 5, "questionDetails": {"dateQuestionDetails": {}}}])
    assert (found.questions[0].id, found.questions[0].kind) == ("5", "unknown")


def test_ids_are_unique_and_what_cannot_be_a_row_is_kept_aside():
    found = with_content(
        questions=[
            {"questionId": 5, "name": "first"},
            {"questionId": "5", "name": "second"},
            None,
            {"name": "no id"},
        ],
        legalInfo={"consents": [{"id": 0}, {"id": 0}]},
    )
    assert [(q.id, q.name) for q in found.questions] == [("5", "first")]
    assert [c.id for c in found.consents] == ["0"]
    assert found.odd == ('{"questionId":"5","name":"second"}', "null", '{"name":"no id"}', '{"id":0}')


def test_a_list_that_is_none_is_kept_aside():
    assert with_content(questions={"0": {}}).odd == ('{"0":{}}',)


def test_a_hidden_field_keeps_its_name_and_a_value_of_any_type():
    found = form(hiddenFields=[{"name": "a:b", "value": 7}, {"name": "c"}, {"value": "nameless"}])
    assert found.hidden_fields == (HiddenField("a:b", "7"), HiddenField("c", ""))
    assert found.odd == ('{"value":"nameless"}',)


def test_legacy_times_are_objects():
    assert form(created={"time": 1490000000000}).created_at == 1490000000000


@pytest.mark.parametrize("odd", [10**39, 253_402_300_800_000, -1, 1e300])
def test_a_time_that_no_calendar_has_is_none_and_costs_no_form(odd):
    read = read_form(
        json.dumps({"id": 1, "versionId": 1, "created": odd, "lastModified": {"time": odd}}).encode()
    )
    assert (read.created_at, read.modified_at) == (None, None)


@pytest.mark.parametrize("odd", [10**9, 2**63, 10**39, 1e300])
def test_a_version_that_no_lead_could_name_is_a_surprise(odd):
    with pytest.raises(Surprise, match="version"):
        read_form(json.dumps({"id": 1, "versionId": odd}).encode())
