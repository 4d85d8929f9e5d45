"""The mapping: which source fills which column of the view `contacts` (LGF-115)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field as Member

from leadwire import mapping
from leadwire.domain.contacts import MISSING, Suggestion
from leadwire.domain.mapping import Field, read_source
from leadwire.domain.mapping_check import Wish as FieldWanted
from leadwire.store import Page
from leadwire.store.errors import BadCursor
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.values import Flag, IdIn, Storable, View, Wish

router = APIRouter(prefix="/mappings", tags=["mappings"])

SOURCE = {"examples": ["predefined:EMAIL", "question:7234246/5072", "hidden:utm_source", "meta:campaign_id"]}
SourceIn = Annotated[Storable, Member(max_length=1000, json_schema_extra=SOURCE)]
TargetIn = Annotated[Storable, Member(max_length=1000, json_schema_extra={"examples": ["email"]})]


class FieldView(View):
    """One source of one target. `form` and `also_alike` are there only where they are set."""

    source: str
    target: str
    required: bool
    form: str | None = None
    also_alike: bool | None = None


class MappingView(View):
    """Several sources of one target: the first that has a value wins, in this order."""

    fields: list[FieldView]


class FieldWish(Wish):
    """`form`: on this form, its fields for the target count in place of the workspace's. `also_alike`: questions
    that read the same fill the target too, on every form, now and later.
    """

    source: SourceIn
    target: TargetIn
    required: Flag = False
    form: IdIn | None = None
    also_alike: Flag | None = None


class MappingWish(Wish):
    """The whole mapping; what is not in it is not mapped."""

    fields: list[FieldWish]


class PreviewWish(Wish):
    """`form`: try it on leads of this form only. `limit`: on so many of the newest leads."""

    fields: list[FieldWish]
    form: IdIn | None = None
    limit: Annotated[int, Member(ge=1, le=mapping.MOST_LEADS)] = 10_000


class ProblemView(View):
    """A lead that would fail. `message`: the reason in words."""

    lead: str
    form: str
    target: str
    reason: Literal["not_asked", "no_answer"]
    message: str


class CauseView(View):
    """How many leads of a form lack a target for the same reason. `message`: the reason in words."""

    form: str
    target: str
    reason: Literal["not_asked", "no_answer"]
    message: str
    leads: int


class PreviewView(View):
    """`passed` and `failed` count leads; `problems` holds the newest 200, `causes` counts them all."""

    passed: int
    failed: int
    problems: list[ProblemView]
    causes: list[CauseView]


class SuggestionView(View):
    """`source` is a question that reads `text`, as does `alike`, which fills `target` already."""

    source: str
    target: str
    alike: str
    form: str
    text: str


class AcceptWish(Wish):
    """`always`: set also_alike on what they read like, so that the same is never asked again."""

    sources: Annotated[list[SourceIn], Member(min_length=1, max_length=5000)]
    always: Flag = False


class ViewView(View):
    """`view`: the name to type into an SQL tool. `preset`: nobody has saved a mapping. `ddl`: what made the view."""

    view: str
    preset: bool
    ddl: str


@router.get("", response_model_exclude_none=True)
def get_mapping(here: Here) -> MappingView:
    """The mapping in force; until one is saved, every predefined field under its standard name."""
    with here.read() as tx:
        return _view(tx.mappings.fields())


@router.put("", response_model_exclude_none=True, responses=fails(409))
def put_mapping(wish: MappingWish, here: Here, services: Wired) -> MappingView:
    """Put a mapping in force and bring the view up to it."""
    return _view(mapping.save(here, _wanted(wish.fields), services.now(), "api"))


@router.delete("", response_model_exclude_none=True, responses=fails(409))
def reset_mapping(here: Here, services: Wired) -> MappingView:
    """Go back to the preset."""
    return _view(mapping.reset(here, services.now(), "api"))


@router.post("/preview")
def preview_mapping(wish: PreviewWish, here: Here) -> PreviewView:
    """Try a mapping on stored leads: how many would have every required target, and why the others not."""
    seen = mapping.preview(here, _wanted(wish.fields), wish.form, wish.limit)
    return PreviewView(
        passed=seen.passed,
        failed=seen.failed,
        problems=[
            ProblemView(
                lead=one.lead_id,
                form=one.form_id,
                target=one.target,
                reason=one.reason,
                message=MISSING[one.reason],
            )
            for one in seen.problems
        ],
        causes=[
            CauseView(form=form, target=target, reason=reason, message=MISSING[reason], leads=leads)
            for form, target, reason, leads in seen.causes
        ],
    )


@router.get("/suggestions")
def list_suggestions(here: Here, asked: Asked) -> Items[SuggestionView]:
    """Custom questions that read like one that is mapped, and are not mapped themselves."""
    return items(_page(mapping.suggested(here), asked.limit, asked.after), _suggestion)


@router.post("/suggestions/accept", response_model_exclude_none=True, responses=fails(409))
def accept_suggestions(wish: AcceptWish, here: Here, services: Wired) -> MappingView:
    """Map suggested questions, one by one or by the standing rule."""
    return _view(mapping.accept(here, wish.sources, wish.always, services.now(), "api"))


@router.get("/view")
def get_view(here: Here) -> ViewView:
    """The view that the mapping makes."""
    with here.read() as tx:
        mappings = tx.mappings
        return ViewView(view=mappings.view, preset=mappings.saved() is None, ddl=mappings.definition())


def _wanted(fields: Sequence[FieldWish]) -> list[FieldWanted]:
    return [
        FieldWanted(one.source, one.target, one.required, one.form, bool(one.also_alike)) for one in fields
    ]


def _view(fields: Sequence[Field]) -> MappingView:
    return MappingView(fields=[_field(field) for field in fields])


def _field(field: Field) -> FieldView:
    return FieldView(
        source=str(field.source),
        target=field.target,
        required=field.required,
        form=field.form,
        also_alike=field.also_alike or None,
    )


def _suggestion(one: Suggestion) -> SuggestionView:
    return SuggestionView(
        source=str(one.source),
        target=one.target,
        alike=str(one.alike),
        form=one.source.form_id or "",
        text=one.text,
    )


def _page(found: Sequence[Suggestion], limit: int, after: str | None) -> Page[Suggestion]:
    """A part of them by source; the cursor is the last source shown, so that accepting some loses none."""
    if after is not None and read_source(after) is None:
        raise BadCursor
    behind = sorted(
        (one for one in found if str(one.source) > (after or "")), key=lambda one: str(one.source)
    )
    shown = tuple(behind[:limit])
    return Page(shown, str(shown[-1].source) if len(behind) > limit else None)
