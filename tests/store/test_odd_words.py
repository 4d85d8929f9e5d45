"""LinkedIn's own words (a state, a role, a locale) are texts too: U+FFFD stands for what no database holds."""

from dataclasses import replace

import pytest
from tests.databases import NOW
from tests.store.samples import ANNA, SPRING

from leadwire.domain.columns import grow
from leadwire.domain.errors import Problem
from leadwire.store import Access, AccountFacts, Store

ODD, HELD = "\ud83d\0x", "\ufffd\ufffdx"


def test_of_a_form(store: Store) -> None:
    odd = replace(SPRING, name=ODD, state=ODD, locale=ODD)
    with store.workspace("default").write() as tx:
        tx.forms.put(odd, b"{}", grow((), odd).columns, NOW)
        form = tx.forms.get(SPRING.form_id)
    assert (form.name, form.state, form.locale) == (HELD, HELD, HELD)


@pytest.mark.parametrize("member", ["status", "type", "currency"])
def test_of_an_account(store: Store, member: str) -> None:
    facts = AccountFacts(owner=ANNA, id="1", name=ODD, status="ACTIVE", serving_statuses=(ODD,))
    with store.workspace("default").write() as tx:
        tx.accounts.put([replace(facts, **{member: ODD})], NOW)
        found = tx.accounts.get(ANNA).facts
    assert (found.name, found.serving_statuses, getattr(found, member)) == (HELD, (HELD,), HELD)


def test_of_a_role_and_of_a_member(store: Store) -> None:
    problem = Problem(code="x", message=ODD, remedy="")
    with store.workspace("default").write() as tx:
        connection = tx.connections.create(NOW, None)
        tx.connections.set_member(connection.id, ODD, ODD, NOW)
        tx.accounts.put([AccountFacts(owner=ANNA, id="1", name="A", status="ACTIVE")], NOW)
        tx.accounts.put_access([Access(connection.id, ANNA, ODD, (ODD,), "yes", (problem,), NOW)])
        (access,) = tx.accounts.access(ANNA)
        found = tx.connections.get(connection.id)
    assert (access.role, access.organization_roles, access.problems[0].message) == (HELD, (HELD,), HELD)
    assert (found.member_id, found.member_name) == (HELD, HELD)
