import pytest

from leadwire.domain.errors import Conflict, Forbidden, InvalidInput, LeadwireError, NotFound, Problem


@pytest.mark.parametrize("kind", [InvalidInput, Forbidden, NotFound, Conflict])
def test_each_branch_says_what_happened_and_what_to_do(kind: type[LeadwireError]) -> None:
    problem = Problem("page_missing", "No page.", "Link one.", {"account": "7"})
    error = kind("not_readable", "The account cannot be read.", "Link a page.", [problem])
    assert isinstance(error, LeadwireError)
    assert (error.code, str(error)) == ("not_readable", "The account cannot be read. Link a page.")
    assert error.problems == (problem,)


def test_a_remedy_may_be_missing() -> None:
    assert str(NotFound("form_unknown", "There is no such form.")) == "There is no such form."


def test_a_validator_may_treat_invalid_input_as_a_value_error() -> None:
    with pytest.raises(ValueError, match="Bad"):
        raise InvalidInput("bad", "Bad.")


def test_a_problem_is_a_json_object() -> None:
    assert Problem("no_https", "m", evidence={"url": "http://x"}).as_dict() == {
        "code": "no_https",
        "message": "m",
        "remedy": "",
        "evidence": {"url": "http://x"},
    }
