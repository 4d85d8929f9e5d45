"""Where leads land while others learn what their forms have become."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from tests.databases import NOW
from tests.store.samples import ANNA, SPRING

from leadwire.domain.forms import Question
from leadwire.ingest import shape
from leadwire.ingest.ports import Source
from leadwire.ingest.tables import Desks
from leadwire.store import Store, Tx, Workspace


class Busy:
    """A workspace in which others have learned one more version of the form whenever one looks again."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._versions = workspace, count(2)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workspace, name)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        with self._workspace.read() as tx:
            yield tx
        number = next(self._versions)
        asked = Question(f"{number}07234246", None, "text", question=f"New in {number}?")
        version = replace(SPRING, version=number, questions=(*SPRING.questions, asked))
        shape.learn(self._workspace, version, b"{}", NOW)


def test_no_lead_is_to_land_in_columns_that_are_still_to_be_added(store: Store) -> None:
    workspace = store.workspace("default")
    shape.learn(workspace, SPRING, b"{}", NOW)
    source: Any = Source(Busy(workspace), ANNA, "SPONSORED")  # type: ignore[arg-type]
    _, table = Desks(lambda: NOW).of(source, SPRING.form_id, 1)
    with workspace.read() as tx:
        assert tx.plan_form(table) == []
        assert len(tx.forms.columns(SPRING.form_id)) > len(table.columns), "nobody learned anything"
