"""Whatever comes over the wire, a reader returns a value or raises an error of the tree, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadwire.linkedin import accounts, answers, forms, leads, notifications, oauth, organizations, webhooks
from leadwire.linkedin.errors import LinkedInError

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))

ANSWER_READERS = [
    accounts.read_accounts,
    accounts.read_account_users,
    answers.read_batch,
    answers.read_created,
    answers.read_done,
    answers.read_entity,
    forms.read_forms,
    leads.read_leads,
    notifications.read_subscriptions,
    notifications.read_subscription_entity,
    oauth.read_introspection,
    oauth.read_me,
    oauth.read_tokens,
    oauth.read_userinfo,
    organizations.read_organization_acls,
]
RAW_READERS = [
    accounts.read_account,
    accounts.read_account_user,
    forms.read_form,
    leads.read_lead,
    notifications.read_subscription,
    organizations.read_organization_acl,
    webhooks.read_push,
    webhooks.read_pushes,
]

SPLINTERS = [
    b"null",
    b"NaN",
    b"-1",
    b"1e999",
    b"[]",
    b"{}",
    b'""',
    b'"\\ud83d"',
    b'"\\u0000"',
    b"\xff",
    b"true",
]
SPLINTERS += [b"9" * 5000, b"[" * 3000, b"]" * 3000, b'"', b",", b":", b"\\", b"0.5", b'{"localized":7}']


@st.composite
def mutated(draw):
    """A recorded body with up to three pieces cut out, doubled, or replaced by something nasty."""
    body = draw(st.sampled_from(SAMPLES)).read_bytes()
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        middle = draw(st.sampled_from([b"", body[start:end] * 2, *SPLINTERS]) | st.binary(max_size=12))
        body = body[:start] + middle + body[end:]
    return body


bodies = mutated() | st.binary(max_size=300)
headers = st.dictionaries(
    st.sampled_from(["Date", "x-restli-id", "Retry-After", "X-LI-UUID"]), st.text(max_size=30)
)
statuses = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500])


@settings(deadline=None)
@given(statuses, headers, bodies)
@example(200, {}, b'{"elements":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}")
@example(200, {"Date": "Mon, 23 Nov 99999 12:00:00 GMT"}, b'{"elements":[]}')
def test_answers(status, sent, body):
    for read in ANSWER_READERS:
        _value_or_error(read, status, sent, body)


@settings(deadline=None)
@given(bodies)
@example(b"[" * 100_000 + b"]" * 100_000)
@example(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
def test_raw_elements(raw):
    for read in RAW_READERS:
        _value_or_error(read, raw)
    _value_or_error(
        lambda: leads.read_decorated_form(raw, form_id="1", version=1, owner_urn="urn:li:organization:1")
    )


@given(st.dictionaries(st.sampled_from(["code", "error", "state", "error_description"]), st.text()))
def test_callbacks(params):
    assert isinstance(oauth.read_callback(params), oauth.Code | oauth.Denied)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_recorded_body_goes_through_every_reader(path):
    for read in ANSWER_READERS:
        _value_or_error(read, 200, {}, path.read_bytes())
    for read in RAW_READERS:
        _value_or_error(read, path.read_bytes())


def _value_or_error(read, *args):
    try:
        read(*args)
    except LinkedInError as error:
        assert error.text
        assert len(str(error)) < 200
