"""`leadwire reconcile` against the running demo: exit codes, table and JSON."""

from __future__ import annotations

from tests.cli.conftest import Demo
from tests.cli.people import MAIN


def test_red_ends_with_1_and_names_the_lead_and_then_it_is_over(demo: Demo) -> None:
    leads = demo.control("GET", f"leads?owner=urn:li:sponsoredAccount:{MAIN}&limit=1")
    assert isinstance(leads, list)
    lead, day = leads[0]["id"], demo.shell.json("leads", "show", leads[0]["id"])["submitted_at"][:10]
    asked = ("reconcile", MAIN, "--since", day)
    demo.control("POST", f"leads/{lead}/hide")
    said = demo.shell(*asked, "--dry-run", code=1)
    assert f"extra {lead}" in said.stdout
    assert "is red: 0 missing here, 1 not shown by LinkedIn" in said.stderr
    assert " green  " not in said.stdout, "rows that are equal only hide the one that is not"
    demo.shell("reconcile", MAIN, "--last", "--since", day, code=1)
    demo.control("POST", f"leads/{lead}/unhide")
    certificate = demo.shell.json(*asked)
    assert certificate["state"] in ("green", "amber")
    assert not any(row["extra"] for row in certificate["rows"])
    assert demo.shell.json(*asked, "--no-wait")["kind"] == "reconcile"
