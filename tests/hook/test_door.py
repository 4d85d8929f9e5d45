"""What LinkedIn and strangers are answered, and what is in the inbox afterwards."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from tests.databases import Home, PostgresHomes
from tests.hook.conftest import CODE, OWNER, Answer, Hook, push, serving
from tests.rig import Rig, sqlite_only

from leadwire.connect.hook_tokens import HOOKS_PATH
from leadwire.linkedin.webhooks import sign

OTHER = "urn:li:organization:11223344"
HOUR = 3_600_000


def bare(secret: str, body: bytes) -> str:
    """The signature that LinkedIn does not make: over the body without its prefix."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def unset(home: Home, folder: Path) -> Rig:
    """A Leadwire that nobody has told of a LinkedIn app."""
    return Rig(home, folder, linkedin_client_id=None, linkedin_client_secret=())


# --- pushes that are taken -----------------------------------------------------------------------------------


def test_a_push_is_in_the_inbox_when_it_is_answered(hook: Hook) -> None:
    body = push(7)
    answer = hook.send(body)
    assert (answer.status, answer.body) == (200, b"")
    (item,) = hook.inbox()
    assert (item.raw, item.owner, item.state, item.copies) == (body, OWNER, "waiting", 1)
    assert (item.lead_id, item.form_id, item.form_version) == (
        "00000007-d272-44ba-a7db-c2bdce579507-6",
        "7234246",
        1,
    )
    assert (item.action, item.lead_type, item.occurred_at) == ("CREATED", "SPONSORED", 1_780_000_000_007)


def test_every_secret_of_the_app_is_tried_and_capitals_and_the_prefix_are_tolerated(hook: Hook) -> None:
    secrets = hook.rig.settings.linkedin_client_secret
    assert len(secrets) > 1
    ways = [sign(secret, push(n)) for n, secret in enumerate(secrets)]
    ways += [sign(hook.secret, push(8)).upper(), f"hmacsha256={sign(hook.secret, push(9))}"]
    numbers = [*range(len(secrets)), 8, 9]
    assert [hook.send(push(n), signature=way).status for n, way in zip(numbers, ways, strict=True)] == [
        200
    ] * len(ways)
    assert len(hook.inbox()) == len(ways)


def test_the_same_push_again_is_counted_not_stored_again(hook: Hook) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: hook.send(push(1)).status, range(40)))
    assert answers == [200] * 40
    (item,) = hook.inbox()
    assert item.copies == 40


@pytest.mark.parametrize(
    "body",
    [b'{"type":"LEADWIRE_TEST"}', b"not JSON", b"", push(owner={"organization": OTHER}), b"\xff" * 200_000],
)
def test_what_is_signed_but_says_nothing_is_acknowledged_and_parked(hook: Hook, body: bytes) -> None:
    assert hook.send(body).status == 200
    (item,) = hook.inbox()
    assert (item.state, item.raw) == ("parked", body)
    assert item.outcome


def test_pushes_to_many_addresses_at_once_land_each_in_its_own_workspace(hook: Hook) -> None:
    acme = hook.rig.store.deployment.create_workspace("Acme", hook.rig.now()).id
    paths = {"default": hook.path, acme: hook.address(acme)}
    jobs = [(workspace, n) for n in range(40) for workspace in paths]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda job: hook.send(push(job[1]), paths[job[0]]).status, jobs))
    assert answers == [200] * len(jobs)
    for workspace in paths:
        assert sorted(item.occurred_at or 0 for item in hook.inbox(workspace)) == [
            1_780_000_000_000 + n for n in range(40)
        ]


def test_whoever_fetches_is_told_whose_pushes_lie_there(rig: Rig) -> None:
    told: list[set[tuple[str, str]]] = []
    with serving(rig, pushed=told.append) as hook:
        assert hook.send(push(1)).status == 200
        assert hook.send(push(2), signature=b"0").status == 401
    assert told == [{("default", OWNER)}]


# --- pushes that are not -------------------------------------------------------------------------------------

BAD_SIGNATURES = {
    "missing": lambda secret, body: None,
    "empty": lambda secret, body: b"",
    "only the prefix": lambda secret, body: b"hmacsha256=",
    "truncated": lambda secret, body: sign(secret, body)[:-1].encode(),
    "longer": lambda secret, body: sign(secret, body).encode() + b"0",
    "not hex": lambda secret, body: b"g" * 64,
    "not ASCII": lambda secret, body: "é".encode() * 32,
    "Latin-1": lambda secret, body: b"\xe9" * 64,
    "of another secret": lambda secret, body: sign("other", body).encode(),
    "of other bytes": lambda secret, body: sign(secret, body + b" ").encode(),
    "over the body without prefix": lambda secret, body: bare(secret, body).encode(),
    "the same with the prefix before it": lambda secret, body: b"hmacsha256=" + bare(secret, body).encode(),
}


@pytest.mark.parametrize("how", BAD_SIGNATURES)
def test_a_signature_that_does_not_fit_is_401_and_nothing_is_stored(hook: Hook, how: str) -> None:
    body = push(1)
    answer = hook.send(body, signature=BAD_SIGNATURES[how](hook.secret, body))
    assert answer.status == 401
    assert json.loads(answer.body)["code"] == "bad_signature"
    assert hook.inbox() == ()


@sqlite_only
def test_two_signatures_are_none(hook: Hook) -> None:
    good = sign(hook.secret, push(1))
    assert hook.send(push(1), signature=good, **{"X-LI-Signature": good}).status == 401
    assert hook.inbox() == ()


@sqlite_only
def test_no_answer_to_a_challenge_is_a_signature(hook: Hook) -> None:
    body = push(1).decode()
    for code in (f"hmacsha256={body}", body, "", "x", CODE + "\n", CODE.replace("4ab1", "1ab1"), CODE + "0"):
        answer = hook.challenge(f"challengeCode={quote(code)}")
        assert (answer.status, json.loads(answer.body)["code"]) == (400, "bad_challenge")
        assert sign(hook.secret, body.encode()) not in answer.body.decode()
    signed = json.loads(hook.challenge().body)["challengeResponse"]
    assert hook.send(CODE.encode(), signature=signed).status == 401


@sqlite_only
@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "GZIP", "unheard-of"])
def test_what_is_compressed_is_415(hook: Hook, encoding: str) -> None:
    body = gzip.compress(push(1))
    assert hook.send(body, Content_Encoding=encoding).status == 415
    assert hook.send(push(2), Content_Encoding="identity").status == 200
    assert len(hook.inbox()) == 1


@sqlite_only
@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_405(hook: Hook, method: str) -> None:
    with hook.wire() as wire:
        wire.send(f"{method} {hook.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head = wire.stream.read().partition(b"\r\n\r\n")[0].decode()
    assert head.startswith("HTTP/1.1 405 ")
    assert "allow: GET, POST" in head


@sqlite_only
def test_an_address_that_nobody_was_given_is_404(hook: Hook) -> None:
    token = hook.path.removeprefix(HOOKS_PATH)
    made_up = hook.rig.app.hook_tokens.make("default", OWNER, 1)
    stranger = hook.rig.app.hook_tokens.make("nowhere", OWNER, 1)
    for path in ("", "x", token + "x", token[:-1], f"{token}/", f"../{token}", "%00", made_up, stranger):
        assert hook.send(push(1), HOOKS_PATH + path).status == 404, path
    assert hook.inbox() == ()


@sqlite_only
def test_a_push_is_taken_up_to_256_kib(hook: Hook) -> None:
    most = 256 * 1024
    assert hook.send(b"x" * most).status == 200
    assert hook.send(b"x" * (most + 1)).status == 413
    assert len(hook.inbox()) == 1


@sqlite_only
def test_a_gibibyte_that_announces_itself_is_not_read(hook: Hook) -> None:
    with hook.wire() as wire:
        head = f"POST {hook.path} HTTP/1.1\r\nHost: x\r\nX-LI-Signature: 0\r\nContent-Length: {2**30}\r\n\r\n"
        wire.send(head.encode())
        assert wire.answer().status == 413
        assert wire.ended()


@sqlite_only
def test_a_gibibyte_in_pieces_is_read_no_further_than_the_limit(hook: Hook) -> None:
    piece, sent = b"10000\r\n" + b"x" * 0x10000 + b"\r\n", 0
    with hook.wire() as wire:
        wire.send(
            f"POST {hook.path} HTTP/1.1\r\nHost: x\r\nX-LI-Signature: 0\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        try:
            while sent < 2**30:
                wire.send(piece)
                sent += len(piece)
        except ConnectionError:
            pass
    assert sent < 16 * 2**20  # what the sockets' buffers hold, not what was announced
    assert hook.inbox() == ()


# --- addresses that are replaced -----------------------------------------------------------------------------


def replaced(rig: Rig) -> tuple[str, str]:
    """The address of before and the one of now."""
    with rig.workspace.write() as tx:
        serials = tx.hooks.serial(OWNER, rig.now()), tx.hooks.replace(OWNER, rig.now())
    before, after = (HOOKS_PATH + rig.app.hook_tokens.make("default", OWNER, serial) for serial in serials)
    return before, after


def test_a_new_address_is_good_at_once(hook: Hook) -> None:
    before, after = replaced(hook.rig)
    assert [hook.send(push(n), path).status for n, path in enumerate((before, after))] == [200, 200]


def test_the_one_before_ends_24_hours_later(rig: Rig) -> None:
    before, after = replaced(rig)
    rig.advance(24 * HOUR - 1)
    with serving(rig) as hook:
        assert [hook.send(push(n), path).status for n, path in enumerate((before, after))] == [200, 200]
    rig.advance(1)
    with serving(rig) as hook:
        assert [hook.send(push(n), path).status for n, path in enumerate((before, after))] == [404, 200]


def test_after_a_tear_down_nothing_is_taken_and_a_new_address_is_another(rig: Rig) -> None:
    with serving(rig) as hook:
        old = hook.path
    with rig.workspace.write() as tx:
        assert tx.hooks.drop(OWNER) == 1
    rig.advance(1)
    with serving(rig) as hook:
        assert hook.path != old
        assert [hook.send(push(1), path).status for path in (old, hook.path)] == [404, 200]


# --- when the database is away ---------------------------------------------------------------------------------


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Somebody else writes, and does not end."""
    if home.dialect == "sqlite":
        with closing(sqlite3.connect(Path(home.url.removeprefix("sqlite:///")), timeout=5)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.rollback()
    else:
        with psycopg.connect(home.owner_url or "") as other:
            other.execute("LOCK TABLE leadwire.inbox IN ACCESS EXCLUSIVE MODE")
            yield
            other.rollback()


def test_while_nothing_can_be_written_a_push_is_503_in_time_and_a_challenge_is_answered(
    home: Home, hook: Hook
) -> None:
    with locked(home), ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda n: hook.send(push(n)), range(30)))
        challenge = hook.challenge()
    assert {answer.status for answer in answers} == {503}
    assert max(answer.seconds for answer in answers) < 2.5
    assert {answer.headers["retry-after"] for answer in answers} == {"5"}
    assert (challenge.status, challenge.seconds < 0.5) == (200, True)
    assert hook.send(push(99)).status == 200
    assert hook.send(push(1)).status == 200
    assert {item.occurred_at for item in hook.inbox()} >= {1_780_000_000_099, 1_780_000_000_001}


@pytest.mark.postgres
@pytest.mark.timeout(60)
def test_while_postgresql_is_stopped_and_the_secret_was_typed_into_set_up(tmp_path: Path) -> None:
    homes = PostgresHomes()

    def pushed(hook: Hook, number: int) -> Answer:
        return hook.send(push(number), signature=sign("typed in", push(number)))

    try:
        with homes.home(tmp_path) as home, closing(unset(home, tmp_path)) as rig:
            rig.store.deployment.save_app_credentials("78abc", "typed in", rig.now())
            with serving(rig) as hook:
                assert pushed(hook, 1).status == 200
                homes.halt()
                refused, challenge = pushed(hook, 2), hook.challenge()
                homes.resume()
                assert pushed(hook, 3).status == 200
                assert sorted(item.occurred_at or 0 for item in hook.inbox()) == [
                    1_780_000_000_001,
                    1_780_000_000_003,
                ]
    finally:
        homes.stop()
    assert (refused.status, refused.seconds < 2.5) == (503, True)
    assert (challenge.status, challenge.seconds < 0.5) == (200, True)


# --- challenges ------------------------------------------------------------------------------------------------


def test_a_challenge_is_answered_with_the_active_secret(hook: Hook) -> None:
    answer = hook.challenge(f"applicationId=123456&challengeCode={CODE}")
    made = hmac.new(hook.secret.encode(), CODE.encode(), hashlib.sha256).hexdigest()
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(answer.body) == {"challengeCode": CODE, "challengeResponse": made}


@sqlite_only
@pytest.mark.parametrize(
    "query", ["", "challengeCode=", f"challengeCode={CODE}&challengeCode={CODE}", f"code={CODE}", "%" * 5000]
)
def test_what_is_no_challenge_is_400(hook: Hook, query: str) -> None:
    assert hook.challenge(query).status == 400


def test_secrets_typed_into_set_up_count_at_once(home: Home, tmp_path: Path) -> None:
    with closing(unset(home, tmp_path)) as rig, serving(rig) as hook:
        assert hook.send(push(1), signature=sign("typed in", push(1))).status == 503
        assert hook.challenge().status == 400
        rig.store.deployment.save_app_credentials("78abc", "typed in", rig.now())
        assert hook.challenge().status == 200
        assert hook.send(push(1), signature=sign("typed in", push(1))).status == 200


def test_when_it_was_challenged_and_pushed_to_is_noted_behind_the_answer(rig: Rig) -> None:
    with serving(rig) as hook:
        hook.challenge()
        hook.send(push(1))
    with rig.workspace.read() as tx:
        noted = tx.hooks.get(OWNER)
        facts = tx.inbox.facts(OWNER)
    assert noted is not None and noted.challenged_at and noted.pushed_at
    assert abs(noted.challenged_at - rig.now()) < 60_000
    assert (facts.last_push, facts.waiting, facts.parked) == (noted.pushed_at, 1, 0)


@sqlite_only
def test_the_numbers_tell_of_every_answer(hook: Hook) -> None:
    for _ in range(3):
        hook.send(push(1))
    hook.send(push(1), signature=b"0")
    with hook.wire() as wire:
        wire.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        said = wire.answer().body.decode().splitlines()
    assert 'leadwire_hook_requests_total{outcome="stored"} 3.0' in said
    assert 'leadwire_hook_requests_total{outcome="bad_signature"} 1.0' in said
    assert "leadwire_push_ack_seconds_count 3.0" in said
    assert 'leadwire_inbox{state="waiting"} 1.0' in said


def test_nothing_of_a_push_is_logged(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    hook.send(b'{"type":"canary-5c1f"}')
    hook.send(b'{"type":"canary-5c1f"}', signature=b"0")
    assert "canary-5c1f" not in caplog.text
