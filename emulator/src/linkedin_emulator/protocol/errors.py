"""LinkedIn's error bodies, one constructor per situation.

Source: learn.microsoft.com/en-us/linkedin/marketing/error-responses and .../concepts/error-handling;
the token, permission, version and throttle bodies are as recorded from the live API.
"""

from __future__ import annotations

from linkedin_emulator.protocol.wire import Json


class ApiError(Exception):
    """A refusal with LinkedIn's status and body."""

    def __init__(
        self, status: int, message: str, code: str = "", service_code: int = 0, **more: Json
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.service_code, self.more = (
            status,
            message,
            code,
            service_code,
            more,
        )

    def body(self) -> dict[str, Json]:
        """The error object as LinkedIn writes it; absent members are left out."""
        body: dict[str, Json] = {"status": self.status}
        if self.service_code:
            body["serviceErrorCode"] = self.service_code
        if self.code:
            body["code"] = self.code
        return body | {"message": self.message} | self.more


def invalid_token() -> ApiError:
    return ApiError(401, "Invalid access token", "INVALID_ACCESS_TOKEN", 65600)


def revoked_token() -> ApiError:
    return ApiError(
        401, "The token used in the request has been revoked by the user", "REVOKED_ACCESS_TOKEN", 65601
    )


def expired_token() -> ApiError:
    return ApiError(401, "The token used in the request has expired", "EXPIRED_ACCESS_TOKEN", 65602)


def empty_token() -> ApiError:
    return ApiError(401, "Empty oauth2 access token", "EMPTY_ACCESS_TOKEN", 65604)


def access_denied(permission: str) -> ApiError:
    """A scope or the product is missing; `permission` is resource.METHOD.version."""
    return ApiError(403, f"Not enough permissions to access: {permission}", "ACCESS_DENIED", 100)


def no_lead_access(status: int = 403) -> ApiError:
    """The member lacks the role that reading the owner's leads needs."""
    return ApiError(
        status, "Member does not have permission to access leads of the owner", "ACCESS_DENIED", 100
    )


def no_permission_on(entity: str, permission: str = "READ") -> ApiError:
    return ApiError(
        403, f"Viewer may not have permission {permission} on entity {entity}", "NO_PERMISSION_ON_ENTITY"
    )


def not_found() -> ApiError:
    return ApiError(404, "Not Found.", "NOT_FOUND")


def no_resource() -> ApiError:
    return ApiError(404, "No virtual resource found", "RESOURCE_NOT_FOUND")


def wrong_verb(method: str) -> ApiError:
    return ApiError(405, f"Method {method} is not allowed for this resource", "METHOD_NOT_ALLOWED")


def length_required() -> ApiError:
    return ApiError(411, "Content-Length is required")


def too_long() -> ApiError:
    return ApiError(414, "Request URI too long")


def version_missing() -> ApiError:
    return ApiError(
        400,
        "A version must be present. Please specify a version by adding the LinkedIn-Version header.",
        "VERSION_MISSING",
    )


def version_inactive(version: str) -> ApiError:
    """The server echoes the month with a day behind it."""
    day = "01" if len(version) == 6 else ""
    return ApiError(426, f"Requested version {version}{day} is not active", "NONEXISTENT_VERSION")


def illegal_argument(message: str) -> ApiError:
    return ApiError(400, message, "ILLEGAL_ARGUMENT")


def parameter_required(name: str) -> ApiError:
    return ApiError(400, f"Parameter '{name}' is required")


def parameter_not_allowed(name: str) -> ApiError:
    return ApiError(
        400,
        f"Query parameters validation failed: query parameter '{name}' is not allowed",
        "QUERY_PARAM_NOT_ALLOWED",
    )


def not_a_list() -> ApiError:
    return ApiError(400, "array type is not backed by a DataList", "FIELD_INVALID")


def invalid_fields(problems: list[tuple[str, str, str]]) -> ApiError:
    """Validation of a created entity; each problem is (code, field path, description)."""
    errors = [
        {"description": text, "input": {"inputPath": {"fieldPath": path}}, "code": code}
        for code, path, text in problems
    ]
    return ApiError(
        400,
        "Multiple errors occurred during the input validation. Please see errorDetails for more information.",
        "MULTIPLE_VALIDATIONS_FAILED",
        errorDetailType="com.linkedin.common.error.BadRequest",
        errorDetails={"inputErrors": errors, "conditionalInputErrors": []},
    )


def day_quota(counter: str) -> ApiError:
    """The daily counter APPLICATION or MEMBER of the endpoint is used up until midnight UTC."""
    message = f"Resource level throttle {counter} DAY limit for calls to this resource is reached."
    return ApiError(429, message, "TOO_MANY_REQUESTS", 101)


PLAIN: dict[int, ApiError] = {
    400: illegal_argument("Bad Request"),
    401: invalid_token(),
    403: access_denied("resource.METHOD"),
    404: not_found(),
    408: ApiError(408, "Request Timeout", "TIMEOUT"),
    409: ApiError(409, "Conflict", "CONFLICT"),
    412: ApiError(412, "Precondition Failed", "PRECONDITION_FAILED"),
    429: ApiError(
        429, "Resource level throttle limit for calls to this resource is reached.", service_code=101
    ),
    500: ApiError(500, "Internal Server Error"),
    503: ApiError(503, "Service Unavailable", "UNDER_MAINTENANCE"),
    504: ApiError(504, "Gateway Timeout"),
}


def plain(status: int) -> ApiError:
    """The usual body of a status, for injected failures."""
    return PLAIN.get(status) or ApiError(status, "Error")
