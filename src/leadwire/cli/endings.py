"""`leadwire teardown` and `leadwire erase`: what ends, and what it takes along (LGF-111)."""

from __future__ import annotations

from typing import Annotated

import typer

from leadwire.cli import tell
from leadwire.cli.ends import Failed
from leadwire.cli.options import Account, Json
from leadwire.cli.reach import reach

WORDS = {
    "subscriptions": "subscriptions at LinkedIn",
    "tables": "tables of forms",
    "leads": "leads",
    "forms": "forms",
    "runs": "runs",
    "coverage": "intervals read",
    "quarantine": "items in quarantine",
    "inbox": "pushes",
}


def teardown(
    ctx: typer.Context,
    account: Account,
    purge: Annotated[bool, typer.Option("--purge", help="Remove its leads, forms and tables, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before data is removed.")] = False,
    json: Json = False,
) -> None:
    """End an account's reading and its subscriptions at LinkedIn; with --purge its data goes, too."""
    if purge and not yes:
        typer.confirm(f"Remove every lead, form and table of {account}?", abort=True, err=True)
    with reach(ctx) as api:
        said = api.delete(f"/accounts/{account}/sync", purge=purge)
    if json:
        tell.as_json(said)
        return
    gone = [(WORDS[name], count) for name, count in said["removed"].items() if count]
    tell.facts(gone) if gone else tell.note("Nothing was left to remove.")
    for one in said["left_behind"]:
        problem = one["problem"]
        tell.note(f"LinkedIn keeps {one['subscription']}: {problem['message']} {problem['remedy']}")


def erase(
    ctx: typer.Context,
    lead: Annotated[
        str | None, typer.Argument(metavar="LEAD", help="LinkedIn's id of the lead.", show_default=False)
    ] = None,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Every lead that gave this address, instead.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase leads for good, from everywhere: neither a re-sync nor a backup brings them back."""
    if (lead is None) == (email is None):
        raise typer.BadParameter("name either a LEAD or --email")
    if not yes:
        typer.confirm("Erase for good? Nothing brings it back.", abort=True, err=True)
    with reach(ctx) as api:
        receipt = api.post("/erasures", {"lead": lead} if lead is not None else {"email": email})
    if json:
        tell.as_json(receipt)
        return
    tell.facts([("Receipt", receipt["id"]), ("Leads erased", receipt["leads"])])
    if not receipt["leads"] and email is not None:
        raise Failed("no lead gave this address")
