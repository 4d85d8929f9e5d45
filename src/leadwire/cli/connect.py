"""`leadwire connect`: hand out the link to LinkedIn's consent screen and wait for the answer."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import typer

from leadwire.cli import accounts, follow, tell
from leadwire.cli.api import Api
from leadwire.cli.ends import GoesOn
from leadwire.cli.options import Json, NoWait, Timeout
from leadwire.cli.reach import reach

ACCOUNTS_TAKE = "20s"


def connect(
    ctx: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Open the link in a browser.")] = False,
    again: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Reconnect this one; everything it has stays.")
    ] = None,
    no_wait: NoWait = False,
    timeout: Timeout = "10m",
    json: Json = False,
) -> None:
    """Connect a LinkedIn member: open the printed link, allow, and see which accounts may be read."""
    with reach(ctx, work=True, public=True) as api:
        before = api.get(f"/connections/{again}")["granted_at"] if again else None
        begun = api.post(f"/connections/{again}/reconnect" if again else "/connections")
        (tell.note if json else tell.line)(
            f"Open this link, once, within 24 hours:\n{begun['authorization_url']}"
        )
        if open_:
            typer.launch(begun["authorization_url"])
        if no_wait:
            return
        connection = _granted(api, begun["id"], before, timeout)
        with suppress(GoesOn):  # a member without accounts: the list says so
            accounts.checked_since(api, connection["granted_at"], ACCOUNTS_TAKE)
        member = (
            api.get(f"/connections/{connection['id']}")["member"] or {}
        )  # who it is, is read with the accounts
        tell.note(f"Connected as {member.get('name') or member.get('id') or 'a LinkedIn member'}.\n")
        accounts.show(list(api.each("/accounts")), json)


def _granted(api: Api, connection: str, before: str | None, timeout: str | None) -> Any:
    """The connection once LinkedIn's consent has come back."""

    def look() -> Any:
        seen = api.get(f"/connections/{connection}")
        return seen if seen["state"] == "active" and seen["granted_at"] != before else None

    with follow.progress() as shown:
        shown.add_task("waiting for the consent at LinkedIn", total=None, said="")
        try:
            return follow.until(look, timeout, "the consent")
        except GoesOn:
            raise GoesOn(_perhaps(api)) from None


def _perhaps(api: Api) -> str:
    """What LinkedIn may have shown instead of its consent screen, with the values to compare."""
    deployment = api.get("/status")["deployment"]
    words = (
        "No consent has come back. If LinkedIn showed an error instead of its consent screen, compare these "
        "with the app's Auth tab; if you pressed Cancel, run the command again."
    )
    if deployment is None:
        return words
    told = deployment["facts"]
    return f"{words}\n  client id     {told['client_id']}\n  redirect URI  {told['redirect_uri']}"
