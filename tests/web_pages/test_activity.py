"""Who did what: a click is not a call, and things are called as people call them."""

from __future__ import annotations

from tests.rig import MAIN, VIEWED, Rig
from tests.web_pages.conftest import Person

OWNER = f"urn:li:sponsoredAccount:{MAIN}"


def audited(rig: Rig) -> set[tuple[str, str]]:
    return {(one["action"], one["actor"]) for one in rig.api.all("/audit")}


def test_a_click_is_told_from_a_call(rig: Rig) -> None:
    person, connection = Person(rig), rig.connect_member()
    person.does(f"/accounts/{MAIN}/sync", reading="yes", push="yes")
    rig.run_for(60_000)
    person.does("/settings/intervals", poll_interval="7m")
    person.does("/mapping/field", source="predefined:EMAIL", target="mail")
    person.does("/mapping/reset")
    person.does(f"/connections/{connection}/heartbeat")
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True, "push": True})
    webhook = rig.api.post("/webhooks", {"account": MAIN}).json()["id"]
    person.does(f"/webhooks/{webhook}/delete")
    person.does(f"/accounts/{MAIN}/pull", since="2026-05-01")
    rig.api.post(f"/accounts/{MAIN}/pull", {})
    person.does(f"/accounts/{MAIN}/reconcile")
    rig.api.post(f"/accounts/{MAIN}/reconcile", {})
    form = rig.api.all("/forms")[0]["id"]
    person.does(f"/forms/{form}/interval", poll_interval="7m")
    rig.api.patch(f"/forms/{form}", {"poll_interval": None})
    person.does(f"/accounts/{MAIN}/teardown", purge="no")
    person.does(f"/connections/{connection}/disconnect")
    assert audited(rig) >= {
        ("sync.enabled", "web"),
        ("sync.enabled", "api"),
        ("sync.disabled", "web"),
        ("settings.changed", "web"),
        ("mapping.saved", "web"),
        ("mapping.reset", "web"),
        ("connection.heartbeat", "web"),
        *(
            (what, who)
            for what in ("pull.ordered", "reconcile.ordered", "form.changed")
            for who in ("web", "api")
        ),
        ("webhook.wanted", "api"),
        ("webhook.deleted", "web"),
        ("connection.deleted", "web"),
    }


def test_calls_are_told_as_calls(rig: Rig) -> None:
    connection = rig.connect_member()
    rig.sync()
    rig.api.patch("/settings", {"poll_interval": "7m"})
    rig.api.put("/mappings", {"fields": [{"source": "predefined:EMAIL", "target": "mail", "required": True}]})
    rig.api.delete("/mappings")
    rig.api.post(f"/connections/{connection}/heartbeat")
    rig.api.delete(f"/accounts/{MAIN}/sync?purge=true")
    rig.api.delete(f"/connections/{connection}?purge=true")
    done = audited(rig)
    assert ("connection.deleted", "api") in done
    assert "web" not in {actor for _, actor in done}


def test_things_have_names_and_nothing_is_said_of_what_was_not_asked(rig: Rig) -> None:
    rig.connect_member()
    rig.api.put(f"/accounts/{MAIN}/sync", {"enabled": True})
    rig.api.put(f"/accounts/{VIEWED}/sync", {"enabled": True, "force": True})
    rig.api.post("/webhooks", {"account": MAIN})
    rig.api.patch("/settings", {"poll_interval": "7m"})
    with rig.workspace.write() as tx:  # as entries of old were
        tx.audit.add("api", "sync.disabled", OWNER, {"force": False}, rig.now())
    page = Person(rig).sees("/activity")
    assert "force: no" not in page.text
    assert "force: yes" in page.text
    assert "Highlander Main" in page.text
    assert "Highlander Main, sponsored leads" in page.text
    assert "account: Highlander Main" in page.text
    assert "poll interval: 7m" in page.text
    assert "this workspace" in page.text
    assert "None" not in page.text
