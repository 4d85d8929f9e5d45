"""How people are told: each rung once, the same message until it arrives, few messages, signed and posted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.rig import JANE, Homes, Rig, sqlite_only
from tests.watch.conftest import CHANNELS, DAY, HOUR, MINUTE, codes

from leadwire.domain.alerts import Condition, diff
from leadwire.store import Tokens
from leadwire.watch.telling import RETRIES

pytestmark = sqlite_only


def posted(rig: Rig) -> list[dict[str, Any]]:
    """What came to the webhook, each with the id of its message; every signature is right."""
    secret = base64.b64decode(rig.app.services().alert_secret().removeprefix("whsec_"))
    found = []
    for one in rig.told:
        assert (one.method, one.url) == ("POST", CHANNELS["alert_webhook_url"])
        body, name, at = one.body or b"", one.headers["webhook-id"], one.headers["webhook-timestamp"]
        right = hmac.new(secret, f"{name}.{at}.{body.decode()}".encode(), hashlib.sha256).digest()
        assert one.headers["webhook-signature"] == f"v1,{base64.b64encode(right).decode()}"
        assert len(body) < 20_000
        found.append({"id": name, "at": int(at), **json.loads(body)})
    return found


def gaps(rig: Rig, count: int, text: str = "A gap.") -> None:
    """So many alerts, opened at once; the next look would close them."""
    wanted = [
        Condition("gap_open", f"account:{n}", "warning", text, "Wait.", href="/x") for n in range(count)
    ]
    with rig.workspace.write() as tx:
        tx.alerts.apply(diff(wanted, tx.alerts.open()), ["email", "webhook"], rig.now())
        tx.schedule.hasten("notice", "", 0, rig.now())


def opened(rig: Rig) -> list[dict[str, Any]]:
    """Every try to tell of a gap's opening."""
    return [
        one for one in posted(rig) if (one["type"], one["data"].get("code")) == ("alert.opened", "gap_open")
    ]


@pytest.fixture
def lonely(homes: Homes, tmp_path: Path) -> Iterator[Rig]:
    """Nobody is connected."""
    with homes.home(tmp_path / "home") as home, closing(Rig(home, tmp_path, **CHANNELS)) as rig:
        yield rig


def test_each_rung_of_the_ladder_is_told_once(lonely: Rig) -> None:
    """LGF-006, through more than a year of virtual time, looked at every four hours."""
    rig = lonely
    granted = rig.now()
    with rig.workspace.write() as tx:
        name = tx.connections.create(granted).id
        ends = granted + 365 * DAY
        tx.connections.grant(name, Tokens("a", granted + 60 * DAY, granted, "r", ends), granted)
    rig.advance(334 * DAY)
    for _ in range(31 * 6 - 1):
        rig.advance(4 * HOUR)
        rig.app.watch.duty(rig.workspace, "", rig.app.agenda)  # type: ignore[arg-type]
        rig.app.teller.duty(rig.workspace, "", Never())
    heard = [
        (one["type"], one["data"]["severity"], round((ends - one["at"] * 1000) / DAY)) for one in posted(rig)
    ]
    assert heard == [
        ("alert.opened", "warning", 30),
        ("alert.raised", "warning", 14),
        ("alert.raised", "critical", 7),
        ("alert.raised", "critical", 3),
        ("alert.raised", "critical", 1),
    ]
    with rig.workspace.write() as tx:
        tx.connections.set_state(name, "needs_reconnect", "refresh_dead", rig.now())
        tx.audit.add("leadwire", "connection.needs_reconnect", name, {}, rig.now())
    for _ in range(3 * 6):
        rig.app.watch.duty(rig.workspace, "", rig.app.agenda)  # type: ignore[arg-type]
        rig.app.teller.duty(rig.workspace, "", Never())
        rig.advance(4 * HOUR)
    after = [(one["type"], one["data"]["code"]) for one in posted(rig)[5:]]
    assert sorted(after[:2]) == [("alert.closed", "reconnect_due"), ("alert.opened", "needs_reconnect")]
    assert after[2:] == [("alert.raised", "needs_reconnect")] * 2  # daily, until somebody comes


class Never:
    """A turn without an end."""

    def over(self) -> bool:
        return False

    def progressed(self) -> None:
        """Nobody counts."""


def test_an_alert_is_told_on_both_channels_and_when_it_is_over(reader: Rig) -> None:
    reader.emulator.control.tokens.revoke(JANE)
    reader.run_for(10 * MINUTE)
    (opened,) = posted(reader)
    assert opened["type"] == "alert.opened"
    data = opened["data"]
    assert (data["code"], data["severity"], data["workspace"]) == ("needs_reconnect", "critical", "default")
    assert data["url"].endswith(f"/connections/{data['object'].removeprefix('connection:')}")
    (letter,) = reader.letters
    assert letter["To"] == "ops@example.com, night@example.com"
    assert letter["Subject"].startswith("[Leadwire] critical: A connection to LinkedIn has ended")
    assert data["remedy"] in letter.get_content().replace("\n", " ")
    for said in (json.dumps(opened), letter.as_string()):
        assert "Jane" not in said  # a member is a person
    link = reader.api.post(f"/connections/{data['object'].removeprefix('connection:')}/reconnect").json()
    reader.consent(link["authorization_url"])
    reader.run_for(MINUTE)
    assert [one["type"] for one in posted(reader)] == ["alert.opened", "alert.closed"]
    assert "over: " in reader.letters[1]["Subject"]


def test_what_does_not_arrive_is_sent_again_as_the_same_message(lonely: Rig) -> None:
    rig = lonely
    rig.telling = 500
    gaps(rig, 1)
    rig.drain()
    rig.run_for(sum(RETRIES) - HOUR)  # looked at every hour meanwhile, which closes it
    first = opened(rig)
    assert len({one["id"] for one in first}) == 1
    waits = [b["at"] - a["at"] for a, b in pairwise(first)]
    assert waits == [wait // 1000 for wait in RETRIES[: len(waits)]]
    rig.run_for(30 * HOUR)
    assert len(opened(rig)) == len(RETRIES) + 1
    with rig.workspace.read() as tx:
        assert {one.state for one in tx.notices.newest("webhook", 50)} == {"dead"}
    assert len({letter["Message-ID"] for letter in rig.letters}) == len(rig.letters)


def test_after_a_crash_between_commit_and_sending_the_same_message_goes(lonely: Rig) -> None:
    rig, sent = lonely, []

    class Killed(BaseException):
        """The process is gone."""

    def dies(message: Any, now: int) -> None:
        sent.append((message.id, len(message.told)))
        raise Killed

    gaps(rig, 12)
    send, rig.app.teller.channels = rig.app.teller.channels, {"webhook": dies}
    with pytest.raises(Killed):
        rig.app.teller.duty(rig.workspace, "", Never())
    rig.app.teller.channels = send
    rig.app.teller.duty(rig.workspace, "", Never())
    (digest,) = posted(rig)
    assert sent == [(digest["id"], 12)]


def test_a_failing_channel_is_an_alert_itself(lonely: Rig) -> None:
    rig = lonely
    rig.telling = 302  # no redirect is followed
    gaps(rig, 1)
    rig.run_for(10_000)
    assert "channel_failing" in codes(rig)
    rig.telling = 204
    rig.run_for(10 * MINUTE)
    assert "channel_failing" not in codes(rig)


def test_more_than_ten_a_minute_are_one_message(lonely: Rig) -> None:
    rig = lonely
    gaps(rig, 8)
    rig.drain()
    assert len(rig.told) == len(rig.letters) == 8
    gaps(rig, 300, "é" * 900)
    rig.drain()
    digest = posted(rig)[-1]
    assert (len(rig.told), len(rig.letters)) == (9, 9)
    assert (digest["type"], digest["data"]["workspace"]) == ("alert.digest", "default")
    assert len(digest["data"]["alerts"]) + digest["data"]["left_out"] == 292
    for n in range(301, 305):
        gaps(rig, n)
        rig.drain()
    assert len(rig.told) == 10
    rig.run_for(MINUTE)
    assert [one["type"] for one in posted(rig)[10:]] == ["alert.opened"] * 3
