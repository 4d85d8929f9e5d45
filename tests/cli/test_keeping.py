"""Export, erase, teardown, backup and restore as a person types them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Demo
from tests.cli.people import VIEWED, Shell

from leadwire.cli.export import FACTS, cell

FORM = 7234246


def submit(demo: Demo, **answers: str) -> str:
    columns = demo.shell.json("forms", "show", str(FORM))["columns"]
    ids = {one["name"]: one["question_id"] for one in columns if one["question_id"]}
    given = {ids[name]: text for name, text in answers.items()}
    made = demo.control("POST", "leads", {"form": FORM, "answers": given})
    assert isinstance(made, dict)
    demo.shell("pull", "1234567")
    return str(made["id"])


def test_an_export_is_what_every_reader_of_csv_understands_and_no_spreadsheet_runs(
    demo: Demo, tmp_path: Path
) -> None:
    odd = submit(demo, first_name='=HYPERLINK("x")', last_name='a "quoted",\nbroken name')
    file = tmp_path / "leads.csv"
    demo.shell("export", "--form", str(FORM), "--output", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))
    shown = demo.shell.json("leads", "--form", str(FORM), "--limit", "100000")
    assert [row["id"] for row in rows] == [one["id"] for one in shown]
    row = next(row for row in rows if row["id"] == odd)
    assert (row["first_name"], row["last_name"]) == ('\'=HYPERLINK("x")', 'a "quoted",\nbroken name')
    assert file.read_bytes().count(b"\r\n") == len(rows) + 1
    lines = demo.shell("export", "--format", "jsonl", "--no-test").stdout.splitlines()
    everything = [json.loads(line) for line in lines]
    assert not any(one["test_lead"] for one in everything)
    assert next(one for one in everything if one["id"] == odd)["answers"]["first_name"].startswith("=")
    both = demo.shell("export").stdout.splitlines()[0].split(",")
    assert both[: len(FACTS)] == list(FACTS) and len(both) == len(set(both))


def test_cells_that_would_run_are_told_from_those_that_would_not() -> None:
    assert [cell(text) for text in ("=1", "+1", "-1", "@a", "\t=1", "\uff1d1")] == [
        "'=1", "'+1", "'-1", "'@a", "'\t=1", "'\uff1d1"
    ]  # fmt: skip
    assert [cell(value) for value in ("a=1", None, True, ["=a"], "")] == ["a=1", "", "true", '["=a"]', ""]


@pytest.mark.parametrize(
    "before", [" ", "   ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\0", "\u202e", "\x7f \u2060"]
)
def test_a_formula_behind_blanks_or_what_is_not_seen_is_a_formula(before: str) -> None:
    assert cell(f"{before}=1+1") == f"'{before}=1+1"
    assert cell(f"{before}\uff1d1") == f"'{before}\uff1d1"
    assert cell(f"{before}Ada = Lovelace") == f"{before}Ada = Lovelace"


def test_a_lead_and_an_address_are_erased_for_good(demo: Demo) -> None:
    lead = submit(demo, email="Gone@example.com")
    demo.shell("erase", lead, typed="n\n", code=1)
    assert demo.shell.json("erase", lead, "--yes")["leads"] == 1
    demo.shell("leads", "show", lead, code=1)
    submit(demo, email="Gone@example.com")
    assert "Leads erased  1" in demo.shell("erase", "--email", "gone@EXAMPLE.com", "-y").stdout
    assert (
        "no lead gave this address" in demo.shell("erase", "--email", "gone@example.com", "-y", code=1).stderr
    )
    demo.shell("erase", code=2)


def test_an_account_is_torn_down_twice_and_built_anew(demo: Demo) -> None:
    demo.shell("accounts", "enable", VIEWED)
    leads = len(demo.shell.json("leads", "--account", VIEWED, "--limit", "100000"))
    demo.shell("teardown", VIEWED, "--purge", typed="n\n", code=1)
    assert demo.shell.json("accounts", "show", VIEWED)["sync"]["enabled"]
    said = demo.shell.json("teardown", VIEWED, "--purge", "--yes")
    assert said["removed"]["leads"] == leads > 0 and said["removed"]["tables"] > 0
    assert demo.shell.json("leads", "--account", VIEWED) == []
    assert "Nothing was left" in demo.shell("teardown", VIEWED, "--purge", "-y").stderr
    runs = demo.shell.json("accounts", "enable", VIEWED)
    assert sum(run["stored"] for run in runs) == leads, runs


def test_a_backup_of_the_running_service_is_whole_and_restored_elsewhere(demo: Demo, tmp_path: Path) -> None:
    leads = len(demo.shell.json("leads", "--limit", "100000"))
    made = demo.shell.json("backup", str(tmp_path / "copy"))
    assert made["counts"]["ledger"] == leads
    demo.shell("backup", str(tmp_path / "copy"), code=1)
    assert "stop it first" in demo.shell("restore", made["path"], "-y", code=1).stderr
    home = tmp_path / "elsewhere"
    there = Shell(demo.shell.env | {"LEADWIRE_HOME": str(home)})
    assert "the key is missing" in there("restore", made["path"], "-y", code=1).stderr
    key = Path(demo.shell.env["LEADWIRE_HOME"]) / "secret.key"
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "secret.key").write_text("another key entirely")
    assert "SECRET_KEY does not open" in there("restore", made["path"], "-y", code=1).stderr
    assert not (home / "leadwire.db").exists()
    (home / "secret.key").write_bytes(key.read_bytes())
    assert "pulled by itself" in there("restore", made["path"], "--yes").stderr
    with closing(sqlite3.connect(home / "leadwire.db")) as restored:
        assert restored.execute("SELECT count(*) FROM leads").fetchone() == (leads,)
    assert (home / "leadwire.db").stat().st_mode & 0o777 == 0o600
