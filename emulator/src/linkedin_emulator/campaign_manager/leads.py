"""Leads: lists of them, one with its answers and its story, and what can happen to it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from linkedin_emulator.campaign_manager.answers import answered, entries, form_of, listed
from linkedin_emulator.campaign_manager.oddities import OF_ANSWERS, OF_THE_LEAD
from linkedin_emulator.campaign_manager.owners import described, owner_of, titles
from linkedin_emulator.campaign_manager.visit import Visit, go
from linkedin_emulator.protocol.wire import Json, Response

ROWS = 25
SHOWN_BYTES = 4_000


def listing(asked: Visit) -> Response:
    """All leads there are."""
    return _list(asked, "All leads", "leads")


def of_owner(asked: Visit) -> Response:
    """The leads of an account or a page."""
    owner = described(asked, owner_of(asked))
    return _list(asked, f"Leads of {owner['name']}", f"{owner['kind']}s/{owner['id']}/leads", owner)


def of_form(asked: Visit) -> Response:
    """The leads of a form, of all its versions."""
    form = asked.control.forms.show(int(asked.keys[0]))
    title = f"Leads of {form['versions'][-1]['name']}"
    return _list(asked, title, f"forms/{form['id']}/leads", described(asked, form["owner"]), form)


def _list(
    asked: Visit,
    title: str,
    here: str,
    owner: dict[str, Json] | None = None,
    form: dict[str, Json] | None = None,
) -> Response:
    away, first = asked.asked("show") == "away", asked.number("from")
    whose = {"owner": owner["urn"] if owner else None, "form": form["id"] if form else None}
    found = asked.control.leads.newest(**whose, away=away, limit=ROWS, offset=first)
    return asked.page(
        "leads.html",
        title=title,
        owner=owner,
        form=form,
        here=here,
        away=away,
        first=first,
        rows=ROWS,
        total=found["total"],
        leads=listed(found["leads"]),
        titles=titles(asked),
    )


def lead(asked: Visit) -> Response:
    """One lead: answers, state, what LinkedIn answers for it, who was told, who asked."""
    control = asked.control
    known = control.leads.show(asked.keys[0])
    number, version = form_of(known)
    form = control.forms.show(number)
    document = form["versions"][version - 1]
    sent = control.leads.sent(known["id"])
    return asked.page(
        "lead.html",
        lead=known,
        form=form,
        document=document,
        version=version,
        owner=described(asked, form["owner"]),
        answers=answered(document, entries(known, "answers")),
        accepted={c.get("consentId"): c.get("accepted") for c in entries(known, "consentResponses")},
        oddities=control.leads.spoilt(known["id"]),
        sent=sent[:SHOWN_BYTES].decode("utf-8", "replace"),
        sent_length=len(sent),
        told=control.hooks.exchanges(limit=10, about=known["id"]),
        asked_for=control.watch.calls(limit=10, about=known["id"])["calls"],
        of_answers=OF_ANSWERS,
        of_the_lead=OF_THE_LEAD,
    )


def act(asked: Visit) -> Response:
    """One of the acts on one lead."""
    control, (name, deed) = asked.control.leads, asked.keys
    control.show(name)
    plain: dict[str, Callable[[str], Json]] = {
        "withdraw": control.withdraw,
        "resubmit": control.resubmit,
        "hide": control.hide,
        "unhide": control.unhide,
        "mend": control.mend,
    }
    notice = deed
    if deed in plain:
        plain[deed](name)
    elif deed == "spoil":
        _spoil(asked, name)
    elif deed == "notify":
        told = control.notify(name, asked.said("action") or "CREATED")
        notice = "notify" if told["queued"] else "nobody"
    else:
        raise LookupError(f"Nothing called {deed!r} can be done with a lead.")
    return go(f"leads/{quote(name)}", notice)


def _spoil(asked: Visit, name: str) -> None:
    kind = asked.said("kind")
    raw = {"member": asked.said("member").strip(), "raw": asked.said("raw") or None} if kind == "raw" else {}
    if raw and not raw["member"]:
        raise ValueError("Say which member of the lead is to be replaced.")
    asked.control.leads.spoil(name, kind, **raw)
