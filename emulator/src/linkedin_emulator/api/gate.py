"""The checks before any work: size first, then token, version, route, scope, quota, parameters.

Roles and entities are the handlers' business. Sources: learn.microsoft.com/en-us/linkedin/shared/api-guide/
concepts/{protocol-version,query-tunneling,error-handling} and /linkedin/marketing/versioning.
"""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from linkedin_emulator.api.routes import Call, Route, Table, locate
from linkedin_emulator.clock import SECOND, Millis
from linkedin_emulator.knobs import Knobs
from linkedin_emulator.oauth.grants import Token
from linkedin_emulator.protocol import errors
from linkedin_emulator.protocol.parameters import NotAListError, text
from linkedin_emulator.protocol.restli import BadEncodingError, Value, is_structure, parse, parse_query
from linkedin_emulator.protocol.wire import Request
from linkedin_emulator.state import State

MAX_URL, MAX_QUERY, MAX_SEGMENT, MAX_HEAD = 8_192, 4_096, 4_096, 28 * 1024
_FORM = "application/x-www-form-urlencoded"


def check_size(request: Request) -> None:
    """414 beyond LinkedIn's limits, 411 for a POST that does not say its length."""
    head = len(request.target) + sum(len(k) + len(v) for k, v in request.headers.items())
    if (
        len(request.target) > MAX_URL
        or len(request.query) > MAX_QUERY
        or head > MAX_HEAD
        or any(len(segment) > MAX_SEGMENT for segment in request.path.split("/"))
    ):
        raise errors.too_long()
    says_length = "content-length" in request.headers or "transfer-encoding" in request.headers
    if request.method == "POST" and not request.body and not says_length:
        raise errors.length_required()


def untunnel(request: Request) -> Request:
    """Undo query tunnelling: the verb is in X-HTTP-Method-Override, the query in the body."""
    verb = request.headers.get("x-http-method-override")
    if verb is None or request.method != "POST":
        return request
    headers = dict(request.headers)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        query, body = request.body, b""
    elif kind == "multipart/mixed":
        query, body = _two_parts(headers["content-type"], request.body)
        headers["content-type"] = "application/json"
    else:
        raise errors.illegal_argument("A tunnelled request is form-encoded or multipart/mixed")
    if request.query:
        raise errors.illegal_argument("A tunnelled request has no query of its own")
    try:
        return Request(verb.upper(), request.path, query.decode("ascii").strip(), headers, body)
    except UnicodeDecodeError as error:
        raise errors.illegal_argument("The tunnelled query is not ASCII") from error


def _two_parts(content_type: str, body: bytes) -> tuple[bytes, bytes]:
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    )
    parts = list(message.iter_parts()) if message.is_multipart() else []
    kinds = [part.get_content_type() for part in parts]
    if kinds != [_FORM, "application/json"]:
        raise errors.illegal_argument("multipart/mixed holds the query first and the JSON body second")
    query, inner = (part.get_payload(decode=True) for part in parts)
    return (query if isinstance(query, bytes) else b""), (inner if isinstance(inner, bytes) else b"")


def authenticate(state: State, request: Request, now: Millis) -> Token:
    """The living access token of the request, or the 401 that fits."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise errors.empty_token()
    token = state.grants.tokens.get(value.strip())
    if token is None or token.kind != "access":
        raise errors.invalid_token()
    status = token.status(now)
    if status == "expired":
        raise errors.expired_token()
    if status == "revoked" or _too_fresh(state, token, now):
        raise errors.revoked_token()
    return token


def _too_fresh(state: State, token: Token, now: Millis) -> bool:
    young = now - token.minted_at < state.knobs.fresh_token_401_seconds * SECOND
    return young and state.dice.random() < state.knobs.fresh_token_401_share


def check_version(request: Request, knobs: Knobs) -> str:
    """The version in force as YYYYMM."""
    version = request.headers.get("linkedin-version", "").strip()
    if not version:
        raise errors.version_missing()
    month = len(version) == 6 and version.isascii() and version.isdigit()
    current = month and knobs.version_oldest <= version <= knobs.version_newest
    if not current or version in knobs.versions_skipped or not "01" <= version[4:] <= "12":
        raise errors.version_inactive(version)
    return version


def check_route(request: Request, table: Table) -> tuple[Route, list[str]]:
    """The route and its raw keys; 404, 405, or 400 where a finder is unknown or none is named."""
    resource, method, keys = locate(request)
    route = table.get((resource, method))
    if route:
        return route, keys
    methods = [m for r, m in table if r == resource]
    if not methods:
        raise errors.no_resource()
    if method == "GET_ALL" and any(m.startswith("FINDER") for m in methods):
        raise errors.parameter_required("q")
    if method.startswith("FINDER") and any(m.startswith("FINDER") for m in methods):
        raise errors.illegal_argument(f"Finder {method.partition('-')[2]!r} is not known to {resource}")
    raise errors.wrong_verb(request.method)


def check_scope(route: Route, token: Token, version: str) -> None:
    """403 unless the token carries one of the route's scopes."""
    if route.scopes and not set(route.scopes) & set(token.grant.scopes):
        day = f"{version}01" if version else "NO_VERSION"
        raise errors.access_denied(f"{route.name}.{day}")


def read_arguments(
    request: Request, route: Route, raw_keys: list[str]
) -> tuple[dict[str, Value], dict[str, Any], list[Any]]:
    """(query as Rest.li values, typed arguments, typed path keys), or a 400."""
    protocol = request.headers.get("x-restli-protocol-version", "1.0.0").strip()
    if protocol not in ("1.0.0", "2.0.0"):
        raise errors.illegal_argument(f"Rest.li protocol {protocol} is not supported")
    _check_named_method(request, route)
    try:
        if protocol == "1.0.0":
            _refuse_structure(request.query, raw_keys)
        query = parse_query(request.query)
        keys = [text(parse(raw)) for raw in raw_keys[:-1]]
        keys += [_read("key", route.key, parse(raw)) for raw in raw_keys[-1:]]
    except BadEncodingError as error:
        raise errors.illegal_argument(str(error)) from error
    except ValueError as error:
        raise errors.illegal_argument(f"Invalid key: {error}") from error
    return query, _arguments(query, route), keys


def _check_named_method(request: Request, route: Route) -> None:
    named = request.headers.get("x-restli-method", "").strip().upper()
    if named and named != route.name.partition(".")[2].partition("-")[0]:
        raise errors.illegal_argument(f"X-RestLi-Method {named} does not fit the request")


def _refuse_structure(query: str, keys: list[str]) -> None:
    values = [pair.partition("=")[2] for pair in query.split("&")]
    if any(is_structure(value) for value in [*values, *keys]):
        raise errors.not_a_list()


def _arguments(query: dict[str, Value], route: Route) -> dict[str, Any]:
    parameters = route.parameters
    given = {
        name: value for name, value in query.items() if name != "q" or not route.method.startswith("FINDER")
    }
    for name in given:
        if name not in parameters:
            raise errors.parameter_not_allowed(name)
    for name, parameter in parameters.items():
        if parameter.required and name not in given:
            raise errors.parameter_required(name)
    return {name: _read(name, parameters[name].read, value) for name, value in given.items()}


def _read(name: str, read: Any, value: Value) -> Any:
    try:
        return read(value)
    except NotAListError as error:
        raise errors.not_a_list() from error
    except ValueError as error:
        raise errors.illegal_argument(f"Invalid value for '{name}': {error}") from error


def admit(state: State, request: Request, table: Table, versioned: bool) -> Call:
    """Let a request of permitted size pass all other checks and count it, or raise ApiError."""
    request = untunnel(request)
    now = state.clock.now()
    token = authenticate(state, request, now)
    version = check_version(request, state.knobs) if versioned else ""
    route, raw_keys = check_route(request, table)
    check_scope(route, token, version)
    grant = token.grant
    state.quota.spend(route.name, grant.client_id, grant.member, now, state.knobs)
    query, args, keys = read_arguments(request, route, raw_keys)
    app, member = state.world.apps[grant.client_id], state.world.members[grant.member]
    return Call(route, request, app, member, grant.scopes, now, query, args, keys)
