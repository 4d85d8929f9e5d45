"""What ends: an account is torn down, leads are erased, and what many missing leads mean (LGF-111)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Discriminator, Field, Tag

from leadwire.domain.texts import storable
from leadwire.erasure import Receipt
from leadwire.web.auth import Here, Wired
from leadwire.web.contract import fails
from leadwire.web.problems import Problem
from leadwire.web.values import Flag, LeadIn, LeadPath, Moment, OwnerPath, View, Wish

router = APIRouter()


class LeftView(View):
    """A subscription that LinkedIn still has, and why."""

    subscription: str
    problem: Problem


class RemovedView(View):
    """How many of each went. `inbox`: pushes; `coverage`: intervals that were read."""

    subscriptions: int
    tables: int
    leads: int
    forms: int
    runs: int
    coverage: int
    quarantine: int
    inbox: int


class TornDown(View):
    removed: RemovedView
    left_behind: list[LeftView]


class AbsenceAnswer(Wish):
    """True: they may be deleted here, after LinkedIn was asked for each of them twice. False: they are kept."""

    confirm: Flag


class Answered(View):
    """How many leads it was about."""

    leads: int


class LeadErasure(Wish):
    """One lead by its id."""

    lead: LeadIn


class AddressErasure(Wish):
    """Every lead that gave an e-mail address."""

    email: Annotated[
        str, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=319), AfterValidator(storable)
    ]


def _which(wish: object) -> str | None:
    given = [name for name in ("lead", "email") if isinstance(wish, dict) and name in wish]
    return given[0] if len(given) == 1 else None


ErasureWish = Annotated[
    Annotated[LeadErasure, Tag("lead")] | Annotated[AddressErasure, Tag("email")],
    Discriminator(
        _which, custom_error_type="lead_or_email", custom_error_message="Send lead or email, one of them"
    ),
]


class ReceiptView(View):
    """It names nobody. `unnamed`: pieces in quarantine that belonged to no lead."""

    id: str
    erased_at: Moment
    leads: int
    unnamed: int


@router.delete("/accounts/{account}/sync", tags=["accounts"], responses=fails(404))
def tear_down_account(
    account: OwnerPath,
    here: Here,
    services: Wired,
    purge: Annotated[bool, Query(description="Remove its leads, forms and tables, too")] = False,
) -> TornDown:
    """End reading and subscriptions; once more removes nothing more. Switching it on again builds it anew."""
    removed = services.teardown.owner(here, account, purge, "api")
    left = [
        LeftView(subscription=one.subscription, problem=Problem.of(one.problem))
        for one in removed.left_behind
    ]
    return TornDown(removed=RemovedView(**removed.counts), left_behind=left)


@router.post("/accounts/{account}/absence", tags=["accounts"], responses=fails(404, 409))
def answer_absence(account: OwnerPath, wish: AbsenceAnswer, here: Here, services: Wired) -> Answered:
    """Say what it means that many leads of this account are missing at LinkedIn."""
    return Answered(leads=services.confirm.answer(here, account, wish.confirm, "api"))


@router.delete("/leads/{lead_id}", tags=["leads"], status_code=204, responses=fails(404))
def erase_lead(lead_id: LeadPath, here: Here, services: Wired) -> None:
    """Erase a lead for good: it is gone from everywhere, and never comes again."""
    services.erasure.lead(here, lead_id, "api", must_be_here=True)


@router.post("/erasures", tags=["leads"], status_code=202)
def erase(wish: ErasureWish, here: Here, services: Wired) -> ReceiptView:
    """Erase a lead, or all leads of an e-mail address, for good. A lead that is not here stays away, too."""
    if isinstance(wish, LeadErasure):
        return _receipt(services.erasure.lead(here, wish.lead, "api"))
    return _receipt(services.erasure.address(here, wish.email, "api"))


def _receipt(receipt: Receipt) -> ReceiptView:
    return ReceiptView(id=receipt.id, erased_at=receipt.at, leads=receipt.leads, unnamed=receipt.unnamed)
