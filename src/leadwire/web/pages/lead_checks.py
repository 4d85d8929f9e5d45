"""The guided check with a test lead: what to do in Campaign Manager, and a stopwatch beside it (LGF-109)."""

from __future__ import annotations

from starlette.responses import Response

from leadwire.domain.owners import Owner
from leadwire.domain.times import iso
from leadwire.ingest.lead_check import PATIENCE, look
from leadwire.web.pages import fields
from leadwire.web.pages.frame import Ask, does, shows


def begin(ask: Ask) -> Response:
    """Start a check: all that it is stands in the address."""
    name = Owner.parse(ask.part("id")).name
    return ask.lead_to(f"/accounts/{name}/test-lead?since={iso(ask.now)}")


def page(ask: Ask) -> Response:
    """How far the next test lead has come."""
    owner, since = Owner.parse(ask.part("id")), fields.moment(ask.query("since"))
    with ask.workspace.read() as tx:
        account = tx.accounts.get(owner.urn)
        check = look(tx, owner.urn, ask.now if since is None else since, ask.now)
    here = f"/accounts/{owner.name}"
    again = f"{here}/test-lead?since={iso(check.since)}"
    return ask.show("test_lead.html", account=account, here=here, again=again, check=check, patience=PATIENCE)


DOORS = (
    shows("/accounts/{id}/test-lead", page),
    does("/accounts/{id}/test-lead", begin),
)
