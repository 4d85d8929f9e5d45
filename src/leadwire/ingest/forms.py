"""Forms of an owner: all pages, states and locales, every new version learned (LGF-102 to 106, 112)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from leadwire.domain.forms import FormVersion, diff_versions
from leadwire.domain.owners import LEAD_TYPES, Owner
from leadwire.domain.times import Millis
from leadwire.ingest import shape, translate
from leadwire.ingest.ports import Source
from leadwire.linkedin.errors import Refused, Surprise
from leadwire.linkedin.forms import find_forms, read_form, read_forms
from leadwire.linkedin.leads import DECORATED, find_leads, read_decorated_form, read_leads
from leadwire.linkedin.urns import form_version_urn
from leadwire.store import Workspace

PAGE = 100
MOST_PAGES = 200

log = structlog.get_logger()


@dataclass(frozen=True)
class Refreshed:
    """What a look at an owner's forms brought; `unreadable` counts elements that are no form."""

    seen: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    unreadable: int
    relearned: tuple[str, ...] = ()  # a version of these was only reconstructed before


def refresh(source: Source, now: Millis) -> Refreshed:
    """Read every form of the owner, store what is new, and mark them seen. Runs no DDL."""
    seen: list[str] = []
    new: list[str] = []
    changed: list[str] = []
    relearned: list[str] = []
    unreadable = 0
    for raw in _all_raw(source):
        try:
            version = translate.form_version(read_form(raw), source.owner)
        except Surprise as error:
            unreadable += 1
            log.warning("form_unreadable", owner=source.owner, error=str(error))
            continue
        seen.append(version.form_id)
        known, first = _known(source, version)
        if known is not None and known.reconstructed:
            relearned.append(version.form_id)
        if known != version:
            (new if first else changed).append(version.form_id)
            shape.learn(source.workspace, version, raw, now)
    with source.workspace.write() as tx:
        tx.forms.seen(seen, now)
    return Refreshed(len(seen), tuple(new), tuple(changed), unreadable, tuple(relearned))


def relearn(source: Source, now: Millis) -> tuple[str, ...]:
    """Ask again for the versions that could only be reconstructed; the forms of which one was learned."""
    with source.workspace.read() as tx:
        guessed = [
            (form.form_id, version)
            for form in tx.forms.all(source.owner)
            for version, reconstructed in tx.forms.version_numbers(form.form_id).items()
            if reconstructed
        ]
    learned = set()
    for form_id, version in guessed:
        for lead_type in LEAD_TYPES[Owner.parse(source.owner).kind]:
            found = _try_decorated(replace(source, lead_type=lead_type), form_id, version)
            if found is not None:
                shape.learn(source.workspace, found[0], found[1], now)
                learned.add(form_id)
                break
    return tuple(sorted(learned))


def learn_version(source: Source, form_id: str, version: int, now: Millis) -> None:
    """Learn a version that only a lead has named, through the lead finder's decoration.

    A form GET gives the current version only. Where the finder does not give the form, the version is stored
    as *reconstructed*: nothing of it is known but its number, and its leads go by question id.
    """
    known, raw = _try_decorated(source, form_id, version) or (_reconstructed(source, form_id, version), b"{}")
    shape.learn(source.workspace, known, raw, now)


def changes(workspace: Workspace, form_id: str, old: int, new: int) -> list[str]:
    """What a version changed, in words (LGF-112)."""
    with workspace.read() as tx:
        before, after = tx.forms.version(form_id, old), tx.forms.version(form_id, new)
    if before is None or after is None:
        return []
    return [str(change) for change in diff_versions(before, after)]


def _all_raw(source: Source) -> list[bytes]:
    assert source.speak is not None
    found: list[bytes] = []
    start = 0
    for _ in range(MOST_PAGES):
        page = source.speak(find_forms(source.owner, start, PAGE), read_forms)
        if page.received == 0 and not ((page.total or 0) > start or page.has_next):
            break
        found += page.elements
        start += page.received or PAGE
    return found


def _known(source: Source, version: FormVersion) -> tuple[FormVersion | None, bool]:
    """This version as stored, and whether the form itself is new here."""
    with source.workspace.read() as tx:
        if tx.forms.find(version.form_id) is None:
            return None, True
        return tx.forms.version(version.form_id, version.version), False


def _try_decorated(source: Source, form_id: str, version: int) -> tuple[FormVersion, bytes] | None:
    try:
        return _decorated(source, form_id, version)
    except (Refused, Surprise) as error:
        log.warning("version_unknown", form=form_id, version=version, error=str(error))
        return None


def _decorated(source: Source, form_id: str, version: int) -> tuple[FormVersion, bytes] | None:
    if source.speak is None:
        return None
    urn = form_version_urn(form_id, version)
    call = find_leads(source.owner, source.lead_type, form_version_urn=urn, fields=DECORATED, count=1)
    for raw in source.speak(call, read_leads).elements:
        found = read_decorated_form(raw, form_id=form_id, version=version, owner_urn=source.owner)
        if found is not None:
            return translate.form_version(found.form, source.owner), found.raw
    return None


def _reconstructed(source: Source, form_id: str, version: int) -> FormVersion:
    with source.workspace.read() as tx:
        form = tx.forms.find(form_id)
    return FormVersion(
        form_id=form_id,
        version=version,
        owner=source.owner,
        name=form.name if form else f"Form {form_id}",
        state="UNKNOWN",
        locale=form.locale if form else None,
        headline="",
        description=None,
        questions=(),
        consents=(),
        hidden_fields=(),
        privacy_policy_url=None,
        legal_disclaimer=None,
        created_at=None,
        modified_at=None,
        reconstructed=True,
    )
