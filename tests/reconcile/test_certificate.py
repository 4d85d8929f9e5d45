"""A second reading tells whether what LinkedIn shows is what is stored, and says what it put right."""

from __future__ import annotations

from tests.reconcile.conftest import FORM, PATH, Account, named
from tests.rig import JANE, MAIN

from leadwire.domain.times import DAY, HOUR, iso

ORGANIZATION = 11223344


def told(account: Account) -> set[str]:
    """What people are told of the account now."""
    account.rig.drain()
    with account.rig.workspace.read() as tx:
        return {one.code for one in tx.alerts.open()}


def test_a_lost_row_is_red_then_repaired_then_forgotten(account: Account) -> None:
    green = account.reconcile()
    assert (green["state"], green["reason"]) == ("green", None)
    assert sum(row["pulled"] for row in green["rows"]) == sum(row["stored"] for row in green["rows"]) > 30
    lost = account.stored()[0]
    account.take_out(lost)
    red = account.reconcile(dry_run=True)
    assert (red["state"], named(red, "missing")) == ("red", [lost])
    assert account.api.get(f"/leads/{lost}").status_code == 404
    amber = account.reconcile()
    assert (amber["state"], named(amber, "missing"), named(amber, "repaired")) == ("amber", [], [lost])
    assert account.lead(lost)["received_via"] == "reconcile"
    assert account.api.get(f"/runs/{amber['run']}").json()["repaired"] == 1
    said = {"accounts": {"amber": 1}, "repaired": 1}
    assert account.api.get("/status").json()["reconciliation"] == said
    assert "leadwire_reconcile_repaired_total 1.0" in account.rig.client.get("/metrics").text
    assert "leads_repaired" in told(account)
    assert account.reconcile()["state"] == "green"
    assert account.shown() == 0
    assert not told(account) & {"leads_repaired", "certificate_red"}


def test_what_is_hidden_is_missing_at_source_until_it_is_shown_again(account: Account) -> None:
    hidden = account.stored()[3]
    account.leads.hide(hidden)
    red = account.reconcile()
    assert (red["state"], red["reason"], named(red, "extra")) == ("red", None, [hidden])
    assert account.lead(hidden)["missing_since"] is not None
    assert "certificate_red" in told(account)
    account.leads.unhide(hidden)
    assert account.reconcile()["state"] == "green"
    assert account.lead(hidden)["missing_since"] is None


def test_what_was_erased_or_is_in_quarantine_is_not_missing(account: Account) -> None:
    with account.rig.workspace.write() as tx:
        tx.erasing.erase(account.stored()[0], account.rig.now())
    new = account.leads.submit(FORM)["id"]
    account.leads.spoil(new, "no_submitted_at")
    account.rig.run_for(2 * HOUR)
    (open_,) = account.api.get("/quarantine").json()["items"]
    amber = account.reconcile()
    assert (amber["state"], named(amber, "missing")) == ("amber", [])
    assert (sum(row["erased"] for row in amber["rows"]), sum(r["quarantined"] for r in amber["rows"])) == (
        1,
        1,
    )
    account.api.delete(f"/quarantine/{open_['id']}")
    assert account.reconcile()["state"] == "green"


def test_so_many_at_once_are_not_believed_until_a_person_says_so(account: Account) -> None:
    hidden = set(account.stored()[:22])
    for lead in hidden:
        account.leads.hide(lead)
    asking = account.reconcile()
    assert (asking["state"], asking["reason"]["code"]) == ("red", "mass_absence")
    assert set(named(asking, "extra")) == hidden
    assert not any(account.lead(lead)["missing_since"] for lead in hidden)
    told = account.reconcile(accept_missing=True)
    assert (told["state"], told["reason"]) == ("red", None)
    assert all(account.lead(lead)["missing_since"] for lead in hidden)


def test_the_certificate_is_narrowed_and_paged(alone: Account) -> None:
    whole = alone.reconcile()["rows"]
    assert [(row["day"], row["form"]) for row in whole] == sorted(
        ((row["day"], row["form"]) for row in whole), reverse=True
    )
    path = f"{PATH}/certificate"
    first = alone.api.get(path, limit=10).json()
    second = alone.api.get(path, limit=10, cursor=first["next"]).json()
    assert first["rows"] + second["rows"] == whole[:20]
    of_form = alone.certificate(form=FORM)["rows"]
    assert of_form == [row for row in whole if row["form"] == str(FORM)]
    day = whole[5]["day"]
    until = iso(alone.rig.now() + DAY)
    assert {row["day"] for row in alone.certificate(since=f"{day}T12:00:00Z", until=until)["rows"]} == {
        row["day"] for row in whole if row["day"] >= day
    }
    assert alone.api.get(path, since=until, until=until).status_code == 422
    assert alone.api.post(f"{PATH}/reconcile", {"since": until}).status_code == 422


def test_an_account_never_compared_has_no_state(alone: Account) -> None:
    said = alone.certificate()
    assert (said["state"], said["run"], said["rows"]) == (None, None, [])


def test_a_lost_role_makes_nothing_missing(alone: Account) -> None:
    """LinkedIn may answer a member without a role with an empty list."""
    alone.reconcile()
    alone.rig.emulator.control.knobs.patch(role_loss="empty")
    alone.rig.emulator.control.world.remove_page_role(ORGANIZATION, JANE)
    order = alone.order()
    alone.rig.drain()
    run = alone.api.get(f"/runs/{order}").json()
    assert (run["state"], run["repaired"]) == ("failed", None)
    assert alone.certificate()["state"] == "green"
    assert not [one for one in alone.api.all("/leads", account=MAIN) if one["missing_since"]]
