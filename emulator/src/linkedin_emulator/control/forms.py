"""Forms: built, published in new versions, archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Unpack

from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.protocol.urns import ACCOUNT
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.drafting import Draft, document
from linkedin_emulator.world.entities import LEAD_TYPES, Form


class FormControl(Group):
    @locked
    def create(
        self,
        owner: str,
        lead_type: str | None = None,
        number: int | None = None,
        entities: Sequence[str] = (),
        raw: dict[str, Json] | None = None,
        **draft: Unpack[Draft],
    ) -> dict[str, Json]:
        """A form of an owner (URN) from a draft (see `drafting`); members of `raw` replace the built ones.

        `entities` are URNs of creatives or events that its leads come from; `lead_type` defaults to SPONSORED
        for accounts and EVENT for organizations.
        """
        world = self._state.world
        if not world.owner_exists(owner):
            raise LookupError(f"there is no {owner!r}")
        kind = lead_type or ("SPONSORED" if f":{ACCOUNT}:" in owner else "EVENT")
        if kind not in LEAD_TYPES:
            raise ValueError(f"{kind!r} is not one of {', '.join(LEAD_TYPES)}")
        form = max([7_000_000, *(f for f in world.forms if f < 10**9)]) + 1 if number is None else number
        if form in world.forms:
            raise ValueError(f"there is a form {form} already")
        made = document(form, owner, draft, self._state.clock.now(), [])
        world.forms[form] = Form(form, owner, kind, list(entities), [made | (raw or {})])
        return world.forms[form].current

    @locked
    def publish(
        self, form: int, raw: dict[str, Json] | None = None, **draft: Unpack[Draft]
    ) -> dict[str, Json]:
        """A new version from a draft; predefined fields and custom questions of equal text keep their ids."""
        known = self._one(form)
        made = document(known.id, known.owner, draft, self._state.clock.now(), known.versions)
        known.versions.append(made | (raw or {}))
        known.cache.clear()
        return known.current

    @locked
    def change(self, form: int, state: str | None = None, name: str | None = None) -> dict[str, Json]:
        """Change state (ARCHIVED, PUBLISHED, DRAFT) or name, which makes no new version."""
        known = self._one(form)
        known.current.update({k: v for k, v in (("state", state), ("name", name)) if v is not None})
        known.current["lastModified"] = self._state.clock.now()
        known.cache.clear()
        return known.current

    @locked
    def show(self, form: int) -> dict[str, Json]:
        """One form as in `truth`; LookupError if there is none."""
        return _plain(self._one(form))

    @locked
    def truth(self, owner: str | None = None) -> list[dict[str, Json]]:
        """Every form with every version, and what its leads look like."""
        return [_plain(form) for form in self._state.world.forms.values() if owner in (None, form.owner)]

    def _one(self, form: int) -> Form:
        known = self._state.world.forms.get(int(form))
        if known is None:
            raise LookupError(f"there is no form {form}")
        return known


def _plain(form: Form) -> dict[str, Json]:
    return {name: value for name, value in asdict(form).items() if name != "cache"}
