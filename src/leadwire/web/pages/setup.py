"""The set-up page: what to make at LinkedIn, and the two values that come of it."""

from __future__ import annotations

import re

from starlette.responses import Response

from leadwire.domain.errors import Conflict, InvalidInput
from leadwire.web.pages.frame import Ask, does

PATH = "/setup"
ONE_WORD = re.compile(r"[!-~]{1,256}")


def page(ask: Ask, status: int = 200) -> Response:
    """Shown for everything while no LinkedIn app is configured."""
    consent = ask.services.consent
    return ask.show("setup.html", status, redirect_uri=consent.redirect_uri, scopes=consent.scopes)


def save(ask: Ask) -> Response:
    """Take the app's credentials. Refused where the environment already gives them."""
    if origin(ask) == "environment":
        raise Conflict(
            "app_from_environment",
            "The LinkedIn app is given by the environment, which wins over what is typed here.",
            "Change LEADWIRE_LINKEDIN_CLIENT_ID and LEADWIRE_LINKEDIN_CLIENT_SECRET, and restart.",
        )
    client_id, secret = ask.field("client_id") or "", ask.field("client_secret") or ""
    if not ONE_WORD.fullmatch(client_id) or not ONE_WORD.fullmatch(secret):
        raise InvalidInput(
            "bad_credentials",
            "Client id and client secret are both needed, each one word without spaces.",
            "Copy them again from the app's Auth tab at LinkedIn.",
        )
    ask.services.save_app_keys(client_id, secret)
    return ask.lead_to("/connections", "The LinkedIn app is set up. Connect LinkedIn next.")


def origin(ask: Ask) -> str | None:
    """Where the app's credentials come from: `environment`, `set-up`, or None."""
    keys = ask.services.app_keys()
    saved = ask.services.store.deployment.app_credentials()
    if keys is None:
        return None
    return "set-up" if saved is not None and saved.client_id == keys.client_id else "environment"


DOORS = (does(PATH, save),)
