"""The worlds to start from: an empty one with an app, and the demo with one case of everything.

All moments are relative to the clock at the start, all chances follow from the seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from linkedin_emulator.clock import DAY, HOUR
from linkedin_emulator.control import Control
from linkedin_emulator.protocol.urns import ACCOUNT, ORGANIZATION, urn
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.state import State
from linkedin_emulator.world.demo_forms import FORMS, DemoForm
from linkedin_emulator.world.drafting import Draft
from linkedin_emulator.world.happenings import Submission, generate, submit

JANE, OMAR, YUKI = "K1RwyVNukt", "BcLKblgopR", "Zq8TtVbX2e"
HIGHLANDER, FJORD = 11223344, 11223355
GOOD, VIEWED, PAGELESS, ROLELESS, HELD, TEST = (1234567, 5678910, 5678911, 5678912, 5678913, 5678914)


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The developer application of a new world."""

    client_id: str = "78emulatordemo01"
    secrets: Sequence[str] = ("emulator-client-secret-01",)
    redirect_uris: Sequence[str] = field(
        default=(
            "http://127.0.0.1:8000/oauth/linkedin/callback",
            "http://localhost:8000/oauth/linkedin/callback",
        )
    )
    refresh_enabled: bool = True


def build_empty(state: State, control: Control, app: AppSettings) -> None:
    """One app and nothing else."""
    control.world.create_app(
        app.client_id, app.secrets, app.redirect_uris, refresh_enabled=app.refresh_enabled
    )


def build_demo(state: State, control: Control, app: AppSettings) -> None:
    """Three members, two pages, six ad accounts that cover the cases, ten forms, some hundred leads."""
    build_empty(state, control, app)
    _people(control)
    _accounts(control)
    _campaigns(control)
    for form in FORMS:
        _form(state, control, form)


def _people(control: Control) -> None:
    world = control.world
    world.create_member("Jane", "Doe", JANE)
    world.create_member("Omar", "Haddad", OMAR)
    world.create_member("Yuki", "Tanaka", YUKI, country="JP", language="ja")
    world.create_organization("Highlander Cranberries LLC", HIGHLANDER)
    world.create_organization("Fjord Instruments AB", FJORD)
    world.set_page_role(HIGHLANDER, JANE, "ADMINISTRATOR")
    world.set_page_role(HIGHLANDER, OMAR, "ANALYST")
    world.set_page_role(FJORD, YUKI, "ADMINISTRATOR")
    # Once held and revoked: seen without `state=APPROVED`.
    world.set_page_role(FJORD, JANE, "CONTENT_ADMINISTRATOR", "REVOKED")


def _accounts(control: Control) -> None:
    page: dict[str, Json] = {"organization": HIGHLANDER}
    world = control.world
    world.create_account("Highlander Main", GOOD, **page)
    world.create_account("Highlander Europe (viewer)", VIEWED, **page, currency="EUR")
    world.create_account("Side project without page", PAGELESS)
    world.create_account("Fjord Nordics (no page role)", ROLELESS, organization=FJORD, currency="SEK")
    world.create_account(
        "Highlander 2019 (closed)",
        HELD,
        **page,
        status="CANCELED",
        type="ENTERPRISE",
        serving_statuses=["STOPPED", "BILLING_HOLD"],
    )
    world.create_account("Test account", TEST, **page, test=True)
    for account in (GOOD, PAGELESS, ROLELESS, HELD, TEST):
        world.set_account_role(account, JANE, "ACCOUNT_BILLING_ADMIN")
    world.set_account_role(VIEWED, JANE, "VIEWER")
    world.set_account_role(GOOD, OMAR, "CAMPAIGN_MANAGER")
    world.set_account_role(ROLELESS, YUKI, "ACCOUNT_MANAGER")


def _campaigns(control: Control) -> None:
    names = {
        GOOD: "Spring campaign",
        VIEWED: "Herbst 2026",
        ROLELESS: "Norden",
        HELD: "Old campaign",
        TEST: "Test",
    }
    for i, (account, name) in enumerate(names.items()):
        control.world.create_campaign(account, name, 198356826 + i)
        control.world.create_creative(198356826 + i, f"{name} / picture", 241257736 + 2 * i)
        control.world.create_creative(198356826 + i, f"{name} / video", 241257737 + 2 * i)
    control.world.create_event(HIGHLANDER, "Cranberry Harvest Day", 6789)
    control.world.create_event(FJORD, "Instrument Fair", 6790)


def owner_urn(owner: int) -> str:
    """Demo owners are named by number; the pages are known, the rest are accounts."""
    return urn(ORGANIZATION if owner in (HIGHLANDER, FJORD) else ACCOUNT, owner)


def _form(state: State, control: Control, form: DemoForm) -> None:
    now = state.clock.now()
    made_at = {"created": now - 400 * DAY, "lastModified": now - 400 * DAY}
    drafts: list[Draft] = [{**draft, "name": form.name, "locale": form.locale} for draft in form.versions]
    first, *later = drafts
    control.forms.create(
        owner_urn(form.owner),
        form.lead_type,
        form.id,
        form.entities,
        raw=made_at | form.raw,
        **first,
    )
    oldest = now - (360 * DAY if form.lead_type == "SPONSORED" else 85 * DAY)
    step = (now - HOUR - oldest) // len(form.versions)
    for number, draft in enumerate([first, *later], 1):
        begins = oldest + (number - 1) * step
        if number > 1:
            control.forms.publish(form.id, raw={**made_at, "lastModified": begins} | form.raw, **draft)
        if form.leads:
            generate(state, form.id, number, form.leads // len(form.versions), begins, begins + step)
    for i in range(form.test_leads):
        submit(state, Submission(form.id, submitted_at=now - (i + 1) * DAY, test=True, push=False))
    if form.state != "PUBLISHED":
        control.forms.change(form.id, state=form.state)
