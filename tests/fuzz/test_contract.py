"""A small fixed part of `python -m tests.fuzz.contract`: every check, with a key and without one."""

import pytest
from tests.fuzz.contract import explore
from tests.rig import ADMIN


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "phases"), [(ADMIN, "coverage,stateful"), (None, "coverage")], ids=["key", "none"]
)
def test_the_description_is_true(key: str | None, phases: str) -> None:
    done = explore(1, 1, key, phases)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout
