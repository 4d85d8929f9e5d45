"""What the commands say and do, against the running demo."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import httpx2
from tests.cli.conftest import Demo
from tests.cli.people import MAIN, ROLELESS, VIEWED, WEBINAR, consent, process, until

from leadwire.cli.api import Api


def test_accounts_are_listed_with_verdict_and_remedy(demo: Demo) -> None:
    said = demo.shell("accounts")
    assert said.stdout == demo.shell("accounts", "list").stdout
    heads, *rows = said.stdout.splitlines()
    assert heads.split()[:3] == ["ACCOUNT", "NAME", "STATUS"]
    main = next(row for row in rows if row.startswith(MAIN))
    assert "every 5m" in main
    assert " yes " in main
    assert "page_role_missing: The member has no role" in said.stderr
    for_programs = demo.shell.json("accounts")
    assert {one["id"] for one in for_programs} >= {MAIN, VIEWED, "organization:11223344"}
    assert all(isinstance(one["id"], str) for one in for_programs)


def test_one_account_shows_what_was_read_and_what_not(demo: Demo) -> None:
    said = demo.shell("accounts", "show", MAIN).stdout
    assert "Highlander Main" in said
    assert "SPONSORED: read and not read" in said
    shown = demo.shell.json("accounts", "show", f"urn:li:sponsoredAccount:{MAIN}")
    assert shown["sync"]["enabled"]
    assert shown["coverage"]["lead_types"][0]["covered"]


def test_an_account_nobody_may_read_is_refused_with_its_problems(demo: Demo) -> None:
    said = demo.shell("accounts", "enable", ROLELESS, code=1)
    assert said.stdout == ""
    assert said.stderr.startswith("leadwire: No connection may read this account's leads.")
    assert "  page_role_missing: " in said.stderr


def test_enabling_waits_for_its_runs_and_disabling_keeps_the_leads(demo: Demo) -> None:
    runs = demo.shell.json("accounts", "enable", VIEWED, "--poll-interval", "10m")
    assert [(run["kind"], run["state"]) for run in runs] == [("backfill", "done")]
    assert runs[0]["stored"] > 0
    assert demo.shell.json("accounts", "show", VIEWED)["sync"]["poll_interval"] == "10m"
    stored = len(demo.shell.json("leads", "--account", VIEWED, "--limit", "500"))
    assert stored == runs[0]["stored"]
    demo.shell("accounts", "disable", VIEWED)
    assert not demo.shell.json("accounts", "show", VIEWED)["sync"]["enabled"]
    assert len(demo.shell.json("leads", "--account", VIEWED, "--limit", "500")) == stored


def test_pulling_a_window_counts_what_it_read(demo: Demo) -> None:
    said = demo.shell.json("pull", MAIN, "--since", "2020-01-01")
    assert (said["kind"], said["state"], said["stored"]) == ("manual", "done", 0)
    assert said["duplicates"] > 100
    assert said["window"]["since"] == "2020-01-01T00:00:00.000Z"
    dry = demo.shell("pull", MAIN, "--form", WEBINAR, "--dry-run").stdout.splitlines()
    assert dry[0].split()[:4] == ["RUN", "ACCOUNT", "KIND", "STATE"]
    assert "manual" in dry[1]
    queued = demo.shell.json("pull", MAIN, "--no-wait")
    assert queued["state"] in ("queued", "running", "done")


def test_a_test_lead_is_waited_for_and_timed(demo: Demo) -> None:
    until(lambda: [one for one in demo.shell.json("webhooks") if one["state"] == "registered"])
    late = demo.shell("leads", "test", MAIN, "--timeout", "1s", code=4)
    since = late.stderr.split()[2].rstrip(".")
    assert f"Go on with --since {since}" in late.stderr
    sending = threading.Timer(0.5, demo.control, ("POST", "leads/test", {"form": int(WEBINAR)}))
    sending.start()
    said = demo.shell("leads", "test", MAIN)
    sending.join()
    heads, *steps, last = said.stdout.splitlines()
    assert heads.split() == ["STEP", "AFTER", "MS", "AT", "WHAT"]
    assert [row.split()[0] for row in steps] == ["submitted", "pushed", "asked", "stored"]
    assert last.endswith("after its submission.")
    assert "ms pushed: by LinkedIn" in said.stderr
    again = demo.shell.json("leads", "test", MAIN, "--since", since)
    assert (again["state"], again["lead"]) == ("stored", last.split()[0])
    assert demo.shell.json("leads", "show", again["lead"])["test_lead"]
    off = demo.shell("leads", "test", ROLELESS, code=1).stderr
    assert "switched off. Switch it on" in off


def test_a_window_that_ends_before_it_begins_is_refused(demo: Demo) -> None:
    said = demo.shell("pull", MAIN, "--since", "2026-01-02", "--until", "2026-01-01", code=1)
    assert said.stderr == "leadwire: since must be before until. since is inclusive, until is exclusive.\n"


def test_waiting_ends_when_it_is_told_to(demo: Demo) -> None:
    demo.control("PATCH", "knobs", {"down": "503"})
    try:
        said = demo.shell("pull", MAIN, "--timeout", "1s", code=4)
    finally:
        demo.control("PATCH", "knobs", {"down": ""})
    assert "goes on" in said.stderr


def test_forms_with_their_columns_and_table(demo: Demo) -> None:
    listed = demo.shell("forms", "--account", MAIN).stdout
    assert f"leads_webinar_q3_{WEBINAR}" in listed
    assert len(demo.shell.json("forms", "list", "--account", MAIN)) == 6
    shown = demo.shell("forms", "show", WEBINAR).stdout
    assert "team_size" in shown
    assert "EMAIL" in shown
    assert demo.shell.json("forms", "show", WEBINAR)["version"] == 3
    assert demo.shell.json("forms", "plan", WEBINAR)["ddl"] == []
    assert "is up to date" in demo.shell("forms", "plan", WEBINAR).stderr
    (read,) = demo.shell.json("forms", "refresh", "--account", MAIN)
    assert (read["account"], read["seen"]) == (MAIN, 6)


def test_the_plan_is_ddl_to_be_typed_as_it_stands(demo: Demo) -> None:
    demo.shell("forms", "refresh", "--account", "5678914")  # known, but its account is not switched on
    (form,) = demo.shell.json("forms", "--account", "5678914")
    planned = demo.shell("forms", "plan", form["id"]).stdout
    with sqlite3.connect(":memory:") as scratch:
        scratch.executescript(planned)
        assert scratch.execute(f"SELECT * FROM {form['table']}").fetchall() == []


def test_a_table_that_somebody_spoiled_is_rebuilt(demo: Demo) -> None:
    table = demo.shell.json("forms", "show", WEBINAR)["table"]
    path = Path(demo.process.env["LEADWIRE_HOME"]) / "leadwire.db"
    with sqlite3.connect(path, timeout=20) as database:
        before = database.execute(f"SELECT lead_id, email FROM {table} ORDER BY 1").fetchall()
        database.execute(f"UPDATE {table} SET email = NULL")
    said = demo.shell.json("forms", "rebuild", WEBINAR)
    assert said == {"form": WEBINAR, "rows": len(before)}
    with sqlite3.connect(path) as database:
        assert database.execute(f"SELECT lead_id, email FROM {table} ORDER BY 1").fetchall() == before


def test_leads_are_found_and_shown(demo: Demo) -> None:
    newest = demo.shell.json("leads", "--limit", "3")
    assert len(newest) == 3
    assert newest == sorted(newest, key=lambda one: one["submitted_at"], reverse=True)
    assert len(demo.shell.json("leads", "--account", MAIN, "--limit", "250")) == 250  # more than one page
    real = demo.shell.json("leads", "--form", WEBINAR, "--no-test", "--limit", "1")[0]
    email = real["answers"]["email"]
    assert real["id"] in [one["id"] for one in demo.shell.json("leads", "-q", email.upper())]
    assert all(one["test_lead"] for one in demo.shell.json("leads", "--test"))
    shown = demo.shell("leads", "show", real["id"]).stdout
    assert email in shown
    assert "stored backfill" in shown
    assert demo.shell.json("leads", "--since", "2030-01-01") == []
    assert "leadwire pull ACCOUNT" in demo.shell("leads", "--since", "2030-01-01").stderr


def test_an_unknown_lead_is_one_line_and_code_1(demo: Demo) -> None:
    said = demo.shell("leads", "show", "nobody", code=1)
    assert said.stderr == (
        "leadwire: There is no such thing in this workspace. "
        "Check the id, and that the key is one of the right workspace.\n"
    )


def test_quarantine_is_seen_fixed_retried_and_dismissed(demo: Demo) -> None:
    (item,) = demo.shell.json("quarantine")
    assert (item["lead"], item["level"]) == (demo.quarantined, "field")
    assert item["id"] in demo.shell("quarantine", "list").stdout
    assert demo.shell.json("quarantine", "show", item["id"]) == item
    still = demo.shell("quarantine", "retry", "--all", code=1)
    assert "1 of 1 items stay open" in still.stderr
    assert demo.shell.json("quarantine", "fix", item["id"], "by phone", "--later")["value"] == "by phone"
    assert demo.shell.json("quarantine", "fix", item["id"], '"by mail"', "--as-json")["state"] == "resolved"
    answers = demo.shell.json("leads", "show", demo.quarantined)["answers"]
    assert answers[item["column"]] == "by mail"
    assert demo.shell.json("quarantine") == []
    assert [one["id"] for one in demo.shell.json("quarantine", "--resolved")] == [item["id"]]
    demo.shell("quarantine", "dismiss", item["id"])
    demo.shell("quarantine", "show", item["id"], code=1)
    demo.shell("quarantine", "retry", code=2)


def test_status_says_how_it_is_doing(demo: Demo) -> None:
    said = demo.shell("status").stdout
    assert f"emulator            {demo.emulator}, version" in said
    assert "1 active" in said
    assert demo.shell.json("status")["accounts"]["enabled"] >= 1


def test_workspaces_and_their_keys(demo: Demo) -> None:
    made = demo.shell.json("workspace", "create", "Acme", "--slug", "acme")
    assert "acme" in demo.shell("workspace").stdout
    assert "leadwire: " in demo.shell("workspace", "create", "Acme", "--slug", "acme", code=1).stderr
    key = demo.shell("api-key", "create", "CRM", "--workspace", "acme").stdout.strip()
    (listed,) = demo.shell.json("api-key", "list", "--workspace", made["id"])
    assert listed["name"] == "CRM"
    assert key not in json.dumps(listed)
    assert demo.shell.json("--key", key, "status")["workspace"] == "acme"
    assert demo.shell.json("--key", key, "leads") == []
    assert "deployment key" in demo.shell("--key", key, "workspace", code=1).stderr
    demo.shell("api-key", "delete", listed["id"], "--workspace", "acme")
    assert "valid API key" in demo.shell("--key", key, "leads", code=1).stderr
    demo.shell("workspace", "delete", "acme", code=1, typed="n\n")
    demo.shell("workspace", "delete", "acme", "--yes")
    assert "no workspace acme" in demo.shell("workspace", "delete", "acme", "--yes", code=1).stderr


def test_connecting_waits_for_the_consent_and_lists_the_accounts(demo: Demo, tmp_path: Path) -> None:
    with process(tmp_path, demo.process.env, "connect") as waiting:
        link = until(lambda: [line for line in waiting.out.splitlines() if line.startswith("http")])[0]
        assert f"{demo.process.url}/connect/" in link
        consent(link)
        assert waiting.running.wait(30) == 0
        assert "Connected as Jane Doe." in waiting.err
        assert MAIN in waiting.out


def test_a_consent_that_never_comes_back_ends_with_what_to_compare(demo: Demo) -> None:
    said = demo.shell("connect", "--timeout", "1s", code=4)
    assert f"redirect URI  {demo.process.url}/oauth/linkedin/callback" in said.stderr
    assert "client id     demo-app" in said.stderr


def test_reconnecting_is_the_same_connection(demo: Demo, tmp_path: Path) -> None:
    before = demo.shell.json("status")["connections"]["active"]
    run = json.loads((Path(demo.process.env["LEADWIRE_HOME"]) / "run.json").read_text())
    listed = demo.shell.json("--url", run["url"], "--key", run["key"], "accounts")
    assert listed
    with Api(run["url"], run["key"]) as api:
        connection = next(one for one in api.each("/connections") if one["state"] == "active")
    with process(tmp_path, demo.process.env, "connect", "--again", connection["id"]) as waiting:
        link = until(lambda: [line for line in waiting.out.splitlines() if line.startswith("http")])[0]
        consent(link)
        assert waiting.running.wait(30) == 0
    assert demo.shell.json("status")["connections"]["active"] == before


def test_hostile_text_cannot_move_the_cursor(demo: Demo) -> None:
    demo.shell("workspace", "create", "\x1b[2J evil \u202e\x9b0m [red]", "--slug", "hostile")
    said = demo.shell("workspace", "list").stdout + demo.shell("workspace", "list", "--json").stdout
    demo.shell("workspace", "delete", "hostile", "--yes")
    assert said.replace("\n", "").isprintable()
    assert "[red]" in said


def test_the_openapi_document_is_the_one_that_is_served(demo: Demo) -> None:
    served = httpx2.get(f"{demo.process.url}/api/v1/openapi.json", trust_env=False).json()
    assert json.loads(demo.shell("openapi").stdout) == served
