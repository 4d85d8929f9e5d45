from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwire.domain.access import ACCOUNT_ROLES, PAGE_ROLES, Facts, judge

SCOPES = frozenset({"r_marketing_leadgen_automation", "r_ads", "r_organization_admin"})
ADA = Facts(
    owner="urn:li:sponsoredAccount:1234567",
    status="ACTIVE",
    serving_statuses=("RUNNABLE",),
    organization="11223344",
    scopes=SCOPES,
    account_role="VIEWER",
    organization_roles=("LEAD_GEN_FORMS_MANAGER",),
)
GRACE = replace(
    ADA, owner="urn:li:organization:11223344", account_role=None, roles_known=False, scopes=SCOPES - {"r_ads"}
)
STRENGTH = {"no": 0, "probably": 1, "yes": 2}


def seen(facts: Facts, **changes: object) -> tuple[str, list[str]]:
    """The verdict, and the codes of its problems."""
    verdict = judge(replace(facts, **changes))  # type: ignore[arg-type]
    return verdict.can_read, [problem.code for problem in verdict.problems]


def test_who_has_all_may_read() -> None:
    verdict = judge(ADA)
    assert (verdict.can_read, verdict.role, verdict.problems) == ("yes", "VIEWER", ())
    assert verdict.organization_roles == ("LEAD_GEN_FORMS_MANAGER",)
    assert seen(ADA, scopes=SCOPES | {"rw_ads"} - {"r_ads"}) == ("yes", [])
    assert seen(ADA, scopes={*SCOPES, "rw_organization_admin"} - {"r_organization_admin"}) == ("yes", [])


@pytest.mark.parametrize("role", sorted(ACCOUNT_ROLES))
def test_every_account_role_will_do(role: str) -> None:
    assert seen(ADA, account_role=role) == ("yes", [])


@pytest.mark.parametrize(
    ("role", "sponsored", "company", "event"),
    [
        ("ADMINISTRATOR", "yes", "yes", "yes"),
        ("CONTENT_ADMINISTRATOR", "yes", "yes", "yes"),
        ("LEAD_GEN_FORMS_MANAGER", "yes", "yes", "no"),
        ("LEAD_CAPTURE_ADMINISTRATOR", "yes", "yes", "no"),
        ("CURATOR", "probably", "probably", "no"),
        ("ANALYST", "probably", "probably", "no"),
        ("DIRECT_SPONSORED_CONTENT_POSTER", "no", "no", "no"),
        ("RECRUITING_POSTER", "no", "no", "no"),
        ("A_ROLE_OF_2027", "no", "no", "no"),
    ],
)
def test_the_page_role_decides_by_lead_type(role: str, sponsored: str, company: str, event: str) -> None:
    codes = {"yes": [], "probably": ["page_role_weak"], "no": ["page_role_missing"]}
    assert seen(ADA, organization_roles=(role,)) == (sponsored, codes[sponsored])
    for lead_type in ("COMPANY", "ORGANIZATION_PRODUCT", "A_TYPE_OF_2027"):
        wanted = seen(GRACE, organization_roles=(role,), lead_types=(lead_type,))
        assert wanted == (company, codes[company])
    assert seen(GRACE, organization_roles=(role,), lead_types=("EVENT",)) == (event, codes[event])


def test_a_role_that_reads_only_some_types_is_weak_and_says_for_which() -> None:
    verdict = judge(GRACE)
    (problem,) = verdict.problems
    assert (verdict.can_read, problem.code) == ("probably", "page_role_weak")
    assert problem.evidence["lead_types"] == ["EVENT"]
    assert "EVENT" in problem.message
    assert seen(GRACE, organization_roles=("ANALYST", "ADMINISTRATOR")) == ("yes", [])
    assert seen(GRACE, organization_roles=()) == ("no", ["page_role_missing"])


@pytest.mark.parametrize(
    ("changes", "can_read", "codes"),
    [
        ({"account_role": None}, "no", ["account_role_missing"]),
        ({"account_role": "A_ROLE_OF_2027"}, "probably", ["account_role_missing"]),
        ({"account_role": None, "roles_known": False}, "probably", ["account_role_missing"]),
        ({"organization": None}, "no", ["page_missing"]),
        ({"organization": None, "organization_known": False}, "yes", []),
        ({"organization_roles": ()}, "no", ["page_role_missing"]),
        ({"organization_roles": (), "pages_known": False}, "probably", ["page_role_missing"]),
        ({"scopes": frozenset()}, "no", ["scope_missing"] * 3),
        ({"scopes": SCOPES - {"r_marketing_leadgen_automation"}}, "no", ["scope_missing"]),
        (
            {"scopes": SCOPES - {"r_ads"}, "account_role": None, "roles_known": False},
            "probably",
            ["scope_missing"],
        ),
        (
            {"scopes": SCOPES - {"r_organization_admin"}, "organization_roles": (), "pages_known": False},
            "probably",
            ["scope_missing"],
        ),
        ({"status": None}, "yes", []),
        ({"status": "UNKNOWN"}, "yes", []),
        ({"status": "DRAFT"}, "probably", ["account_closed"]),
        ({"status": "A_STATUS_OF_2027"}, "probably", ["account_closed"]),
        ({"status": "CANCELED"}, "probably", ["account_closed"]),
        ({"status": "PENDING_DELETION"}, "probably", ["account_closed"]),
        ({"status": "REMOVED"}, "probably", ["account_closed"]),
        ({"serving_statuses": ("BILLING_HOLD", "RUNNABLE")}, "yes", ["account_on_hold"]),
        ({"serving_statuses": ("STOPPED",)}, "yes", ["account_on_hold"]),
        ({"serving_statuses": ()}, "yes", []),
        ({"public_https": False}, "yes", ["no_https"]),
        ({"public_https": False, "push_wanted": False}, "yes", []),
        (
            {"account_role": None, "organization": None, "status": "REMOVED", "public_https": False},
            "no",
            ["account_role_missing", "page_missing", "account_closed", "no_https"],
        ),
    ],
)
def test_each_missing_piece_has_its_code(changes: dict[str, object], can_read: str, codes: list[str]) -> None:
    assert seen(ADA, **changes) == (can_read, codes)


@pytest.mark.parametrize(
    ("role", "known", "message"),
    [
        (None, True, "The member has no role on this ad account."),
        ("A_ROLE_OF_2027", True, "The role A_ROLE_OF_2027 is not known to read leads."),
        (None, False, "LinkedIn did not show the member's role on this ad account."),
    ],
)
def test_no_role_a_strange_role_and_an_unseen_role_are_told_apart(
    role: str | None, known: bool, message: str
) -> None:
    (problem,) = judge(replace(ADA, account_role=role, roles_known=known)).problems
    assert problem.message == message
    assert problem.evidence == {"account": ADA.owner, "role": role}


def test_a_page_needs_no_ad_account() -> None:
    facts = replace(
        GRACE, organization_roles=("ADMINISTRATOR",), status="REMOVED", serving_statuses=("STOPPED",)
    )
    assert seen(facts) == ("yes", [])


def test_a_missing_scope_names_itself_and_what_was_granted() -> None:
    (problem,) = judge(replace(ADA, scopes=frozenset({"r_ads", "rw_organization_admin"}))).problems
    assert "r_marketing_leadgen_automation" in problem.message
    assert problem.evidence["granted"] == ["r_ads", "rw_organization_admin"]


FACTS = st.builds(
    Facts,
    owner=st.sampled_from([ADA.owner, GRACE.owner]),
    status=st.sampled_from([None, "ACTIVE", "DRAFT", "REMOVED", "NEW"]),
    serving_statuses=st.sampled_from([(), ("RUNNABLE",), ("BILLING_HOLD",)]),
    organization=st.sampled_from([None, "1"]),
    scopes=st.frozensets(st.sampled_from(sorted(SCOPES | {"rw_ads"}))),
    account_role=st.sampled_from([None, "VIEWER", "NEW"]),
    organization_roles=st.sets(st.sampled_from([*PAGE_ROLES["COMPANY"], "RECRUITING_POSTER"])).map(tuple),
    roles_known=st.booleans(),
    pages_known=st.booleans(),
    organization_known=st.booleans(),
    public_https=st.booleans(),
)


@given(FACTS)
def test_every_no_and_every_problem_explains_itself(facts: Facts) -> None:
    verdict = judge(facts)
    if verdict.can_read == "no":
        assert {problem.code for problem in verdict.problems} - {
            "account_on_hold",
            "no_https",
            "page_role_weak",
        }
    for problem in verdict.problems:
        assert problem.message.endswith(".") and problem.remedy


@given(FACTS, st.sampled_from(sorted(PAGE_ROLES["COMPANY"])))
def test_one_role_more_never_makes_it_worse(facts: Facts, role: str) -> None:
    more = judge(replace(facts, organization_roles=(*facts.organization_roles, role)))
    assert STRENGTH[more.can_read] >= STRENGTH[judge(facts).can_read]


@given(FACTS)
def test_push_and_holds_never_stop_reading(facts: Facts) -> None:
    for one, other in combinations([{"public_https": False}, {"serving_statuses": ("BILLING_HOLD",)}, {}], 2):
        assert judge(replace(facts, **one)).can_read == judge(replace(facts, **other)).can_read  # type: ignore[arg-type]
