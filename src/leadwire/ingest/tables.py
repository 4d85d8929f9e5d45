"""Where the leads of a form version land: learned, shaped, compiled once."""

from __future__ import annotations

import threading

from leadwire.domain.project import Projector
from leadwire.ingest import forms, shape
from leadwire.ingest.ports import Now, Source
from leadwire.store import FormTable, Workspace


class Desks:
    """Compiled projectors, kept per (workspace, form, version) until the form changes."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._ready: dict[tuple[str, str, int], tuple[Projector, FormTable]] = {}
        self._lock = threading.Lock()

    def forget(self, workspace_id: str, form_id: str) -> None:
        """A form has changed: its versions are looked up again."""
        with self._lock:
            for key in [k for k in self._ready if k[:2] == (workspace_id, form_id)]:
                del self._ready[key]

    def of(self, source: Source, form_id: str, version: int) -> tuple[Projector, FormTable]:
        """The projector and table of a form version, learning the version from LinkedIn where it is unknown."""
        key = (source.workspace.id, form_id, version)
        ready = self._ready.get(key)
        if ready is None:
            self._learn(source, form_id, version)
            learned, ready = self._compile(source.workspace, form_id, version)
            if learned:  # what was reconstructed may be learned by another process at any time
                with self._lock:
                    self._ready[key] = ready
        return ready

    def _learn(self, source: Source, form_id: str, version: int) -> None:
        with source.workspace.read() as tx:
            known = tx.forms.find(form_id) is not None and version in tx.forms.version_numbers(form_id)
        if not known:
            forms.learn_version(source, form_id, version, self._now())
            self.forget(source.workspace.id, form_id)

    @staticmethod
    def _compile(
        workspace: Workspace, form_id: str, version: int
    ) -> tuple[bool, tuple[Projector, FormTable]]:
        with workspace.read() as tx:
            table, known = tx.forms.table(form_id), tx.forms.version(form_id, version)
        shape.bring_up(workspace, table)  # this one, not a newer one whose columns are still to be added
        learned = known is not None and not known.reconstructed
        return learned, (Projector(known, table.columns), table)
