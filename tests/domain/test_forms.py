from dataclasses import replace

import pytest
from tests.domain.people import WEBINAR, custom, form

from leadwire.domain.forms import Consent, HiddenField, Option, Question, by_identity, diff_versions


@pytest.mark.parametrize(
    ("label", "question", "name", "shown"),
    [
        ("Team size", "How many?", "q0", "Team size"),
        (None, "How many?", "q0", "How many?"),
        ("  ", "", "q0", "q0"),
        (None, None, None, ""),
    ],
)
def test_a_question_is_called_by_the_first_name_it_has(
    label: str | None, question: str | None, name: str | None, shown: str
) -> None:
    assert Question("1", None, "text", label, question, name).display == shown


def test_a_consent_is_called_by_its_label_or_its_text() -> None:
    assert Consent("1", "I agree", "Contact").display == "Contact"
    assert Consent("1", " I agree").display == " I agree"
    assert Consent("1", None).display == ""


def test_a_predefined_question_is_its_field_and_a_second_one_counts_as_custom() -> None:
    asked = (
        Question("1", "EMAIL", "text"),
        Question("2", "EMAIL", "text"),
        Question("3", "", "text"),
        Question("2", None, "choice"),  # an id that came before
    )
    assert by_identity(asked) == {
        "predefined:EMAIL": asked[0],
        "question:2": asked[1],
        "question:3": asked[2],
    }


def test_identities_cannot_be_forged_by_odd_text() -> None:
    asked = [
        Question("1", "A#list", "text"),
        Question("2", "A%0023list", "text"),
        Question("3", "A\x00", "text"),
    ]
    identities = list(by_identity(asked))
    assert identities == ["predefined:A%0023list", "predefined:A%00250023list", "predefined:A%0000"]
    assert HiddenField("utm_source", "x").identity == "hidden:utm_source"
    assert Consent("0", "x").identity == "consent:0"


def test_equal_versions_have_no_differences() -> None:
    assert diff_versions(WEBINAR, replace(WEBINAR, version=2)) == []


def test_a_diff_says_in_words_what_a_new_version_changed() -> None:
    colour = WEBINAR.questions[2]
    new = replace(
        WEBINAR,
        version=2,
        headline="otro titular",
        questions=(
            WEBINAR.questions[0],
            replace(
                colour,
                label="Color",
                options=(Option("0", "Rojo"), Option("1", "Azul oscuro"), Option("5", "Gris")),
            ),
            WEBINAR.questions[3],
            replace(custom("9", "Team size", "choice"), options=(Option("0", "1-10"),)),
        ),
        consents=(Consent("0", " marque mi casilla!", None, False), Consent("1", "Newsletter")),
        hidden_fields=(HiddenField("utm_source", "mail"),),
    )
    assert [str(change) for change in diff_versions(WEBINAR, new)] == [
        "form “Form with written spanish”: headline “mi super gran titular” → “otro titular”",
        "question “Color”: label none → “Color”",
        "question “Team size” added",
        "question “Correo electrónico” removed",
        "option “Color: Azul oscuro”: text “Azul” → “Azul oscuro”",
        "option “Color: Gris” added",
        "option “Cuál es tu color favorito: Verde” removed",
        "consent “ marque mi casilla!”: no longer required",
        "consent “Newsletter” added",
        "hidden field “utm_source”: value “linkedin” → “mail”",
        "hidden field “hidden_field” removed",
    ]


def test_a_predefined_question_with_another_id_is_the_same_question() -> None:
    old, new = form([Question("1", "EMAIL", "text")]), form([Question("2", "EMAIL", "text")])
    assert [str(change) for change in diff_versions(old, new)] == ["question “2”: id “1” → “2”"]


def test_things_without_a_name_are_called_by_their_id() -> None:
    assert [str(c) for c in diff_versions(form(), form([custom("5", None)], [Consent("3", None)]))] == [
        "question “5” added",
        "consent “3” added",
    ]
