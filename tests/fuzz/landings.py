"""Odd forms learned and odd pages of leads landed, through the real ingest on SQLite. Each element of a page is a lead
that is stored or waits in quarantine with its bytes; landing twice is landing once; the API shows all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from urllib.parse import quote

from tests.databases import SqliteHomes
from tests.fuzz.corpus import FORMS, LEADS, SAMPLES
from tests.fuzz.engine import Check, Target
from tests.fuzz.mutator import dump
from tests.rig import MAIN, Rig

from leadwire.cli.export import rows
from leadwire.ingest import forms, land
from leadwire.ingest.ports import Source
from leadwire.ingest.tables import Desks
from leadwire.linkedin.calls import Call
from leadwire.linkedin.errors import LinkedInError, Surprise
from leadwire.linkedin.leads import read_lead, read_leads

T = TypeVar("T")
OWNER = f"urn:li:sponsoredAccount:{MAIN}"
DECORATED = SAMPLES["leads_decorated"]
LISTS = ("/leads", "/forms", "/quarantine")


@dataclass(frozen=True)
class Case:
    """`decorated`: what is answered to who asks for a version that only a lead has named."""

    forms: bytes
    decorated: bytes
    leads: bytes


def make(dice: Random) -> Case:
    good = [_own(dice, dice.choice(LEADS).value) for _ in range(dice.randint(0, 2))]
    elements = [dice.choice(LEADS).mutant(dice, tree=0.9) for _ in range(dice.randint(0, 3))] + [
        *map(dump, good)
    ]
    dice.shuffle(elements)
    known = [dice.choice(FORMS).mutant(dice, tree=0.95) for _ in range(dice.choice((0, 0, 0, 1, 2)))]
    return Case(_page(known), DECORATED.mutant(dice), _page(elements))


class Answers:
    """A line over which this is answered, whatever is asked."""

    connection_id = "nobody"

    def __init__(self, case: Case) -> None:
        self._case, self.calls = case, 0

    def __call__(self, call: Call, read: Callable[[int, Mapping[str, str], bytes], T]) -> T:
        self.calls += 1
        if call.endpoint == "leadForms.FINDER":
            return read(200, {}, self._case.forms if self.calls == 1 else _page([]))
        return read(200, {}, self._case.decorated)


class Stage:
    def __init__(self, rig: Rig) -> None:
        self.rig, self.desks = rig, Desks(rig.now)

    def check(self, cases: Sequence[Case]) -> Iterator[tuple[int, Exception]]:
        place = 0
        for place, case in enumerate(cases):
            try:
                self._land(case)
            except Exception as error:
                yield place, error
        try:
            self._look()
        except Exception as error:
            yield place, error

    def _land(self, case: Case) -> None:
        line, workspace = Answers(case), self.rig.workspace
        source = Source(workspace, OWNER, "SPONSORED", line)
        try:
            refreshed = forms.refresh(source, self.rig.now())
        except LinkedInError:  # no list, or no answer: the duty asks again
            refreshed = None
        for form_id in (
            () if refreshed is None else (*refreshed.new, *refreshed.changed, *refreshed.relearned)
        ):
            self.desks.forget(workspace.id, form_id)
        try:
            page = read_leads(200, {}, case.leads)
        except LinkedInError:
            return
        self.rig.advance(1)
        batch = land.Batch(OWNER, "SPONSORED", page.elements, self.rig.now(), "pull")
        try:
            _, reading = self._once(source, batch)
        except LinkedInError:  # a version could not be learned now: nothing landed, the page is asked again
            return
        read = {raw for _, raw in reading.leads}
        odd = [raw for raw in page.elements if not _readable(raw)]
        assert [trouble.raw for trouble in reading.troubles] == odd, (
            "an element that is neither lead nor trouble"
        )
        with workspace.read() as tx:
            known = tx.leads.known([lead.id for lead, _ in reading.leads])
            assert known.keys() == {lead.id for lead, _ in reading.leads}, "read and not stored"
            raws = {tx.leads.raw(lead.id) for lead, _ in reading.leads}
            assert raws <= read, "stored with other bytes"
            before = tx.quarantine.count()
        again, _ = self._once(source, batch)
        assert again.stored == 0, "landed twice, stored twice"
        with workspace.read() as tx:
            assert tx.quarantine.count() == before, "landed twice, noted twice"

    def _once(self, source: Source, batch: land.Batch) -> tuple[land.Landed, land.Reading]:
        reading = land.read(source.workspace, batch)
        arranged = land.arrange(
            batch, reading, lambda form_id, version: self.desks.of(source, form_id, version)
        )
        return land.land(source.workspace, batch, arranged, self.rig.now()), reading

    def _look(self) -> None:
        """People and programs can see all of it."""
        found = {path: self.rig.api.all(path) for path in LISTS}
        for path, ones in found.items():
            for one in ones[:3]:
                answer = self.rig.api.get(f"{path}/{quote(one['id'], safe='')}")
                wanted = 404 if "/" in one["id"] else 200  # no address can hold such an id; LinkedIn has none
                assert answer.status_code == wanted, f"{path}/{one['id']}: {answer.text[:300]}"
        columns = list(dict.fromkeys(one["name"] for form in found["/forms"] for one in form["columns"]))
        for _ in rows(found["/leads"], columns, StringIO()):
            pass


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    with SqliteHomes(folder / "t").home(folder / "home") as home, closing(Rig(home, folder)) as rig:
        rig.connect_member()
        yield Stage(rig).check


def _readable(raw: bytes) -> bool:
    try:
        read_lead(raw)
    except Surprise:
        return False
    return True


def _own(dice: Random, lead: Any) -> Any:
    """The same answers from another person, perhaps to another version."""
    version = dice.choice((1, 1, 1, 2, 3, dice.randrange(1, 50)))
    form = dice.choice(("7234246", "7234246", "8800001", "999"))
    return lead | {
        "id": f"{dice.randrange(10**7):08x}-d272-44ba-a7db-c2bdce579507-6",
        "versionedLeadGenFormUrn": f"urn:li:versionedLeadGenForm:(urn:li:leadGenForm:{form},{version})",
    }


def _page(elements: Sequence[bytes]) -> bytes:
    return b'{"paging":{"start":0,"count":%d,"links":[]},"elements":[%b]}' % (
        len(elements),
        b",".join(elements),
    )


TARGET = Target("landings", 6, make, opened, 128)
