"""A check of our own for schemathesis, which loads it by name (SCHEMATHESIS_HOOKS)."""

import schemathesis
from schemathesis import GenerationMode


@schemathesis.check
def what_the_schema_allows_is_understood(ctx, response, case):
    """422 may speak of rules that no schema can say (a cursor, a slug, a window), and then has a code of its own."""
    if (
        case.meta is None
        or case.meta.generation.mode is not GenerationMode.POSITIVE
        or response.status_code != 422
    ):
        return
    said = response.json()
    assert said["code"] != "invalid_input", f"the schema allows it, the API does not: {said['detail']}"
