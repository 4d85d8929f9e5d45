"""The API's description: OpenAPI as the routes are, with every error documented as problem+json."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from leadwire.web.problems import MEDIA_TYPE, Failure

Responses = dict[int | str, dict[str, Any]]

WORDS: Final = {
    401: "No key, or a bad one",
    403: "Not with this key",
    404: "No such thing, or another workspace's",
    409: "The present state does not allow it",
    413: "The body is too large",
    422: "The input means nothing as it is",
    500: "A mistake of Leadwire's",
    502: "LinkedIn answered oddly",
    503: "LinkedIn or the database does not answer now",
}
ALWAYS = (401, 422, 500, 503)
REFERENCE = {"$ref": "#/components/schemas/Failure"}


def fails(*statuses: int) -> Responses:
    """The error answers of a route, or of all routes of a router."""
    return {
        status: {"description": WORDS[status], "content": {MEDIA_TYPE: {"schema": REFERENCE}}}
        for status in statuses
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; made once."""
    if app.openapi_schema is None:
        said = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        _, schemas = models_json_schema(
            [(Failure, "serialization")], ref_template="#/components/schemas/{model}"
        )
        parts = said.setdefault("components", {})
        parts.setdefault("schemas", {}).update(schemas["$defs"])
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key"}}
        said["security"] = [{"key": []}]
        for operation in (one for path in said["paths"].values() for one in path.values()):
            if "requestBody" in operation:
                operation["responses"].update({str(status): text for status, text in fails(413).items()})
        app.openapi_schema = said
    return app.openapi_schema
