"""docs/alerts.md lists every code as it is in the code."""

import re
from pathlib import Path

from leadwire.watch.table import CONDITIONS, KINDS

DOCS = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text()


def test_the_documentation_lists_every_code_with_its_meaning_and_remedy() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \| (.*?) \| (.*) \|$", DOCS, re.M)
    assert rows == [(one.code, ", ".join(one.severities), one.meaning, one.remedy) for one in KINDS]
    assert len({one.code for one in KINDS}) == len(KINDS)
    assert len(set(CONDITIONS)) == len(CONDITIONS)
