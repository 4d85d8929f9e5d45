"""/control/*: the control methods over HTTP, JSON in and out. No authentication: it is a test tool."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from linkedin_emulator.control import Control
from linkedin_emulator.protocol.wire import Json, Request, Response, json_response

Methods = Mapping[tuple[str, str], Callable[..., Any]]


def methods(control: Control) -> Methods:
    """(verb, path) → method; `{name}`s of the path, body members and query parameters become arguments."""
    world, forms, leads, tokens, hooks = (
        control.world,
        control.forms,
        control.leads,
        control.tokens,
        control.hooks,
    )
    table: dict[tuple[str, str], Callable[..., Any]] = {
        ("GET", "clock"): control.clock.read,
        ("POST", "clock"): control.clock.change,
        ("GET", "knobs"): control.knobs.read,
        ("PATCH", "knobs"): control.knobs.patch,
        ("GET", "faults"): control.faults.rules,
        ("POST", "faults"): control.faults.add,
        ("DELETE", "faults"): control.faults.remove,
        ("DELETE", "faults/{rule}"): control.faults.remove,
        ("GET", "world"): control.watch.world,
        ("POST", "apps"): world.create_app,
        ("PATCH", "apps/{client_id}"): world.patch_app,
        ("POST", "members"): world.create_member,
        ("PATCH", "members/{member}"): world.patch_member,
        ("POST", "organizations"): world.create_organization,
        ("PATCH", "organizations/{organization}"): world.patch_organization,
        ("POST", "accounts"): world.create_account,
        ("PATCH", "accounts/{account}"): world.patch_account,
        ("PUT", "account-roles"): world.set_account_role,
        ("DELETE", "account-roles"): world.remove_account_role,
        ("PUT", "page-roles"): world.set_page_role,
        ("DELETE", "page-roles"): world.remove_page_role,
        ("GET", "readers"): world.readers,
        ("POST", "campaigns"): world.create_campaign,
        ("POST", "creatives"): world.create_creative,
        ("POST", "events"): world.create_event,
        ("GET", "forms"): forms.truth,
        ("POST", "forms"): forms.create,
        ("GET", "forms/{form}"): forms.show,
        ("PATCH", "forms/{form}"): forms.change,
        ("POST", "forms/{form}/versions"): forms.publish,
        ("GET", "leads"): leads.truth,
        ("POST", "leads"): leads.submit,
        ("POST", "leads/test"): leads.submit_test,
        ("POST", "leads/generate"): leads.generate,
        ("GET", "leads/ids"): leads.ids,
        ("GET", "leads/newest"): leads.newest,
        ("GET", "leads/counts"): leads.counts,
        ("GET", "leads/imagine"): leads.imagine,
        ("GET", "leads/{lead}"): leads.show,
        ("GET", "leads/{lead}/spoilt"): leads.spoilt,
        ("POST", "leads/{lead}/withdraw"): leads.withdraw,
        ("POST", "leads/{lead}/resubmit"): leads.resubmit,
        ("POST", "leads/{lead}/hide"): leads.hide,
        ("POST", "leads/{lead}/unhide"): leads.unhide,
        ("POST", "leads/{lead}/spoil"): leads.spoil,
        ("POST", "leads/{lead}/mend"): leads.mend,
        ("POST", "leads/{lead}/notify"): leads.notify,
        ("POST", "authorize"): lambda **given: {"code": tokens.authorize(**given)},
        ("GET", "tokens"): tokens.all,
        ("POST", "tokens"): tokens.issue,
        ("POST", "tokens/revoke"): tokens.revoke,
        ("POST", "tokens/revoke-access"): tokens.revoke_access,
        ("POST", "tokens/expire-access"): tokens.expire_access,
        ("POST", "tokens/expire-refresh"): tokens.expire_refresh,
        ("GET", "subscriptions"): hooks.subscriptions,
        ("GET", "webhooks"): hooks.webhooks,
        ("POST", "webhooks/validate"): hooks.validate,
        ("GET", "exchanges"): hooks.exchanges,
        ("GET", "pushes"): hooks.pushes,
        ("POST", "pushes/foreign"): hooks.push_foreign,
        ("GET", "calls"): control.watch.calls,
        ("DELETE", "calls"): control.watch.clear_calls,
        ("GET", "quota"): control.watch.quota,
        ("POST", "reset"): control.reset,
    }
    table["GET", ""] = lambda: [f"{verb} /control/{path}" for verb, path in table]
    return table


def answer_control(table: Methods, request: Request) -> Response:
    """Find the method, call it with the given arguments, write its result; 400, 404 or 405 with a reason."""
    path = request.path.removeprefix("/control/").strip("/")
    found = [
        (verb, arguments, method)
        for (verb, pattern), method in table.items()
        if (arguments := _match(pattern, path)) is not None
    ]
    if not found:
        return json_response({"error": f"/control/{path} does not exist"}, 404)
    # A literal path such as leads/test outranks leads/{lead}.
    chosen = sorted(
        (len(arguments), i) for i, (verb, arguments, _) in enumerate(found) if verb == request.method
    )
    if not chosen:
        return json_response(
            {"error": f"{request.method} is not offered, but {', '.join(f[0] for f in found)}"}, 405
        )
    _, arguments, method = found[chosen[0][1]]
    try:
        result = method(**_given(request), **arguments)
    except LookupError as error:
        return json_response({"error": str(error.args[0]) if error.args else "not found"}, 404)
    except (TypeError, ValueError) as error:
        return json_response({"error": str(error)}, 400)
    return Response(204) if result is None else json_response(result)


def _match(pattern: str, path: str) -> dict[str, str] | None:
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    arguments = {}
    for name, part in zip(wanted, given, strict=True):
        if name.startswith("{"):
            arguments[name[1:-1]] = unquote(part)
        elif name != part:
            return None
    return arguments


def _given(request: Request) -> dict[str, Json]:
    """Arguments from the JSON body, or from the query where values that read as JSON are JSON."""
    if request.body:
        body = json.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError("the body is a JSON object")
        return body
    return {name: _value(text) for name, text in parse_qsl(request.query, keep_blank_values=True)}


def _value(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text
