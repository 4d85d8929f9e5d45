"""A batch projected into the columns of its forms: each version is looked up as rarely as it may be."""

from __future__ import annotations

from dataclasses import replace

from tests.databases import NOW
from tests.store.samples import ANNA, SPRING, answered

from leadwire.domain.columns import grow
from leadwire.domain.forms import Question
from leadwire.domain.project import Projector
from leadwire.ingest.land import Batch, Reading, arrange
from leadwire.store import FormTable

SECOND = replace(SPRING, version=2, questions=(*SPRING.questions, Question("7", None, "text", label="New")))


def test_a_version_is_looked_up_once_and_again_only_when_its_table_has_grown() -> None:
    """To look up one that could only be reconstructed takes three transactions: not for each of its leads."""
    asked: list[int] = []
    columns = grow((), SPRING).columns

    def tables(form_id: str, version: int) -> tuple[Projector, FormTable]:
        nonlocal columns
        asked.append(version)
        known = {1: SPRING, 2: SECOND}[version]
        columns = grow(columns, known).columns
        return Projector(known, columns), FormTable(form_id, "leads_spring", columns)

    leads = [replace(answered(number), form_version=1 + (20 <= number < 40)) for number in range(60)]
    reading = Reading(tuple(lead.id for lead in leads), tuple((lead, b"{}") for lead in leads), ())
    arranged = arrange(Batch(ANNA, "SPONSORED", (), NOW, "pull"), reading, tables)
    assert asked == [1, 2, 1]
    assert arranged.tables[SPRING.form_id].columns == columns
    assert [one.lead.id for one in arranged.leads[SPRING.form_id]] == [lead.id for lead in leads]


def test_a_version_whose_table_was_looked_up_long_ago_narrows_it_for_no_other() -> None:
    """Another process has learned the second version since: only who meets that one knows the wider table."""
    narrow = grow((), SPRING).columns
    wide = grow(narrow, SECOND).columns

    def tables(form_id: str, version: int) -> tuple[Projector, FormTable]:
        known, columns = {1: (SPRING, narrow), 2: (SECOND, wide)}[version]
        return Projector(known, columns), FormTable(form_id, "leads_spring", columns)

    for versions in ((1, 2), (2, 1), (1, 2, 1)):
        leads = [replace(answered(number), form_version=one) for number, one in enumerate(versions)]
        reading = Reading(tuple(lead.id for lead in leads), tuple((lead, b"{}") for lead in leads), ())
        arranged = arrange(Batch(ANNA, "SPONSORED", (), NOW, "pull"), reading, tables)
        assert arranged.tables[SPRING.form_id].columns == wide, versions
