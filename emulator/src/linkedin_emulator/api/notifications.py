"""Lead notification subscriptions: create with a challenge, read, list, delete. There is no update.

Source: learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync; error texts are not recorded, the
failed challenge's text is LinkedIn's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from linkedin_emulator.api.answers import created, plain_page
from linkedin_emulator.api.roles import may_read_leads, refusal
from linkedin_emulator.api.routes import Call, Route, finder
from linkedin_emulator.hooks.outbound import Outbound, Reply
from linkedin_emulator.hooks.subscriptions import Subscription
from linkedin_emulator.hooks.webhooks import challenge_call, new_code, record, webhook_of
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.errors import ApiError, illegal_argument
from linkedin_emulator.protocol.parameters import lead_type, natural, needed, wrapped_owner
from linkedin_emulator.protocol.urns import ACCOUNT, OWNER_KINDS, number, split, split_versioned_form
from linkedin_emulator.protocol.wire import Json, Response, json_response
from linkedin_emulator.state import State
from linkedin_emulator.world.entities import LEAD_TYPES

SCOPES = ("r_marketing_leadgen_automation",)
_MEMBERS = frozenset({"webhook", "owner", "leadType", "versionedForm", "associatedEntity"})
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOT_PASSED = "This URL did not pass the security challenge check"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription as asked for."""

    webhook: str
    owner: str
    lead_type: str
    form: tuple[int, int] | None
    entity: dict[str, str] | None


def create(state: State, call: Call) -> Outbound:
    """Check the wish, then challenge the webhook; it is stored only if the webhook passes."""
    wanted = read_wish(call.request.body, state.knobs)
    _check_allowed(state, call, wanted)
    code = new_code(state.dice)
    challenge = challenge_call(wanted.webhook, code, call.app.secrets[0])

    def finish(reply: Reply | None) -> Response:
        passed = challenge.good(reply)
        record(state, webhook_of(state, call.app.client_id, wanted.webhook), passed)
        if not passed:
            raise illegal_argument(NOT_PASSED)
        return created(_store(state, call, wanted).id, call.request.path)

    return Outbound(challenge, finish)


def read_wish(body: bytes, knobs: Knobs) -> Wanted:
    """The request body as a wish, or the 400 that fits."""
    try:
        wish = json.loads(body)
    except ValueError as error:
        raise illegal_argument("The body is not JSON") from error
    if not isinstance(wish, dict):
        raise illegal_argument("The body is not a JSON object")
    _check_members(wish)
    kind = wish["leadType"]
    if kind not in LEAD_TYPES:
        raise errors.invalid_fields([("INVALID_VALUE_FOR_FIELD", "leadType", f"{kind!r} is not a lead type")])
    owner = _owner(wish["owner"])
    if (kind == "SPONSORED") != (f":{ACCOUNT}:" in owner):
        raise illegal_argument(f"leadType {kind} does not fit the owner {owner}")
    _check_url(wish["webhook"], knobs)
    return Wanted(
        wish["webhook"], owner, kind, _form(wish.get("versionedForm")), _entity(wish.get("associatedEntity"))
    )


def _check_members(wish: dict[str, Json]) -> None:
    problems = [
        ("FIELD_NOT_ALLOWED", name, f"{name} is not allowed") for name in sorted(wish.keys() - _MEMBERS)
    ]
    problems += [
        ("MISSING_FIELD", name, f"{name} is required but missing")
        for name in ("webhook", "owner", "leadType")
        if not wish.get(name)
    ]
    if problems:
        raise errors.invalid_fields(problems)


def _owner(union: Json) -> str:
    if isinstance(union, dict) and len(union) == 1:
        kind, name = next(iter(union.items()))
        if kind in OWNER_KINDS and number(str(name), kind) is not None:
            return str(name)
    raise errors.invalid_fields(
        [("INVALID_VALUE_FOR_FIELD", "owner", "owner is not an account or organization")]
    )


def _check_url(url: Json, knobs: Knobs) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname or parts.fragment or parts.username:
        raise illegal_argument("webhook is not a valid URL")
    local = knobs.allow_http_webhooks and parts.scheme == "http" and parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not local:
        raise illegal_argument("webhook must use https")
    if "ngrok" in parts.hostname:
        raise illegal_argument("ngrok webhooks are not supported")


def _form(name: Json) -> tuple[int, int] | None:
    if name is None:
        return None
    found = split_versioned_form(str(name))
    if found is None:
        raise illegal_argument(f"versionedForm {name!r} is not a versioned form URN")
    return found


def _entity(union: Json) -> dict[str, str] | None:
    if union is None:
        return None
    if not isinstance(union, dict) or len(union) != 1 or not all(split(str(name)) for name in union.values()):
        raise illegal_argument("associatedEntity holds exactly one URN")
    return {str(kind): str(name) for kind, name in union.items()}


def _check_allowed(state: State, call: Call, wanted: Wanted) -> None:
    _check_role(state, call, wanted.owner, wanted.lead_type)
    existing = state.hooks.of_owner(wanted.owner)
    if len(existing) >= state.knobs.max_subscriptions_per_owner:
        raise illegal_argument("The owner has reached the maximum number of lead notification subscriptions")
    mine = [s for s in existing if s.client_id == call.app.client_id and s.member == call.member.id]
    same = (wanted.webhook, wanted.lead_type, wanted.form, wanted.entity)
    if state.knobs.refuse_duplicate_subscriptions and same in [
        (s.webhook, s.lead_type, s.form, s.entity) for s in mine
    ]:
        raise ApiError(409, "The subscription exists already", "CONFLICT")


def _check_role(state: State, call: Call, owner: str, kind: str) -> None:
    if not may_read_leads(state.world, call.member.id, owner, kind):
        raise refusal(state.knobs) or errors.no_lead_access()


def _store(state: State, call: Call, wanted: Wanted) -> Subscription:
    hooks = state.hooks
    made = hooks.by_id[hooks.next_id] = Subscription(
        hooks.next_id,
        call.app.client_id,
        call.member.id,
        wanted.webhook,
        wanted.owner,
        wanted.lead_type,
        wanted.form,
        wanted.entity,
    )
    hooks.next_id += 1
    return made


def find(state: State, call: Call) -> Response:
    """The app's subscriptions of one owner and lead type."""
    owner, kind = call.args["owner"], call.args["leadType"]
    rows = [
        s for s in state.hooks.of_owner(owner) if s.lead_type == kind and s.client_id == call.app.client_id
    ]
    if not may_read_leads(state.world, call.member.id, owner, kind):
        if error := refusal(state.knobs):
            raise error
        rows = []
    return plain_page(state, call, [row.element() for row in rows])


def _own(state: State, call: Call) -> Subscription:
    found = state.hooks.by_id.get(call.keys[0])
    if found is None or found.client_id != call.app.client_id:
        raise errors.not_found()
    _check_role(state, call, found.owner, found.lead_type)
    return found


def get(state: State, call: Call) -> Response:
    return json_response(_own(state, call).element())


def delete(state: State, call: Call) -> Response:
    """Gone at once; what is queued for it is still sent."""
    del state.hooks.by_id[_own(state, call).id]
    return Response(204)


ROUTES = (
    finder(
        "leadNotifications",
        "criteria",
        find,
        SCOPES,
        {"owner": needed(wrapped_owner), "leadType": needed(lead_type)},
    ),
    Route("leadNotifications", "GET", get, SCOPES, {}, natural),
    Route("leadNotifications", "CREATE", create, SCOPES),
    Route("leadNotifications", "DELETE", delete, SCOPES, {}, natural),
)
