"""From form versions to columns and tables: additive, idempotent, always before and apart from landing."""

from __future__ import annotations

from leadwire.domain.columns import Column, grow, table_name
from leadwire.domain.forms import FormVersion
from leadwire.domain.times import Millis
from leadwire.store import Form, FormTable, Tx, Workspace

OWED = "projection_owed"  # a form's setting: a version was learned that its rows did not know


def learn(workspace: Workspace, version: FormVersion, raw: bytes, now: Millis) -> Form:
    """Store a form version and give every question of it a column in the dictionary. Runs no DDL.

    One at a time per form, in all processes: two that read the same columns would drop each other's. What is known
    is never replaced by what is only reconstructed.
    """
    with workspace.alone(f"form:{version.form_id}"), workspace.write() as tx:
        if version.reconstructed and version.version in _learned(tx, version.form_id):
            return tx.forms.get(version.form_id)
        if not version.reconstructed and _guessed(tx, version):
            # Its rows are made again, whatever dies between here and there.
            tx.settings.put("form", version.form_id, OWED, str(version.version))
        have: tuple[Column, ...] = ()
        if tx.forms.find(version.form_id) is not None:
            have = tx.forms.columns(version.form_id)
        return tx.forms.put(version, raw, grow(have, version).columns, now)


def _guessed(tx: Tx, version: FormVersion) -> bool:
    known = tx.forms.find(version.form_id) is not None
    return known and tx.forms.version_numbers(version.form_id).get(version.version, False)


def _learned(tx: Tx, form_id: str) -> set[int]:
    if tx.forms.find(form_id) is None:
        return set()
    return {number for number, guessed in tx.forms.version_numbers(form_id).items() if not guessed}


def shape(workspace: Workspace, form_id: str) -> list[str]:
    """Bring the form's table up to its dictionary; returns the DDL that was run ([] = it was up to date)."""
    with workspace.read() as tx:
        table = tx.forms.table(form_id)
    return bring_up(workspace, table)


def bring_up(workspace: Workspace, table: FormTable) -> list[str]:
    """See `shape`, for a dictionary that was read before: what others learned since is theirs to shape."""
    with workspace.read() as tx:
        if not tx.plan_form(table):
            return []
    with workspace.shape() as shaping:
        return shaping.shape_form(table)


def plan(workspace: Workspace, form_id: str) -> list[str]:
    """The DDL that `shape` would run now (LGF-107)."""
    with workspace.read() as tx:
        return tx.plan_form(tx.forms.table(form_id))


def preview(version: FormVersion) -> FormTable:
    """The table a form would get that has never been stored."""
    return FormTable(version.form_id, table_name(version.name, version.form_id), grow((), version).columns)
