"""States and codes in words. What is not in a table is shown as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from leadwire.domain.project import REASONS

Tone = Literal["good", "bad"]


# In groups, each with the word that stands above it in the menu of a phone.
NAVIGATION = (
    ("", (("/", "Overview"),)),
    ("What came in", (("/leads", "Leads"), ("/forms", "Forms"), ("/mapping", "Mapping"))),
    (
        "Where from",
        (("/accounts", "Accounts"), ("/connections", "Connections"), ("/webhooks", "Webhooks")),
    ),
    (
        "How it goes",
        (
            ("/runs", "Runs"),
            ("/quarantine", "Quarantine"),
            ("/alerts", "Alerts"),
            ("/activity", "Activity"),
        ),
    ),
    ("", (("/settings", "Settings"),)),
)


class Word(NamedTuple):
    """A badge: its text, its tone (`good`, `warn`, `bad`, `calm`, `plain`) and what it means."""

    text: str
    tone: str
    meaning: str = ""


def word(table: Mapping[str, Word], code: str | None) -> Word:
    """The words for a code; the code itself where nobody foresaw it."""
    if code is None:
        return Word("unknown", "plain")
    return table.get(code) or Word(code.replace("_", " ").lower(), "plain")


CONNECTION = {
    "pending": Word("waiting for consent", "calm", "Nobody has pressed Allow on LinkedIn yet."),
    "active": Word("active", "good", "LinkedIn may be asked in this member's name."),
    "needs_reconnect": Word(
        "needs reconnect", "bad", "Its grant has ended. One click reconnects the same connection."
    ),
}

REASON = {
    "refresh_dead": "LinkedIn refused the refresh token: it is over, or the member withdrew the app.",
    "expired": "The access token has expired, and this app gets no refresh tokens: only a new consent helps.",
    "revoked": "The member, or LinkedIn, has revoked the app's access.",
    "scope_changed": "The app now asks for other scopes, and that ends every earlier grant.",
}

HEARTBEAT = {
    "ok": Word("alive", "good", "LinkedIn accepts this grant."),
    "ended": Word("ended", "bad", "The grant has ended: reconnect."),
    "no_answer": Word(
        "no answer", "warn", "LinkedIn did not answer; that says nothing of the grant. Try again."
    ),
    "odd_answer": Word("odd answer", "warn", "LinkedIn answered otherwise than expected. Try again."),
}

CAN_READ = {
    "yes": Word("can read leads", "good", "Scopes, ad-account role and page role are all there."),
    "probably": Word("probably", "warn", "LinkedIn's documents do not agree on this role; trying shows it."),
    "no": Word("cannot read leads", "bad", "Something is missing; the remedies stand below."),
    "unchecked": Word("not checked", "plain", "No active connection sees this account now."),
}

READING = {
    "on": Word("reading", "good"),
    "stopped": Word("stopped", "bad", "It is switched on, but nobody may read its leads now."),
    "off": Word("not reading", "plain"),
}

FORM = {
    "PUBLISHED": Word("published", "good"),
    "DRAFT": Word("draft", "calm"),
    "ARCHIVED": Word("archived", "plain"),
    "": Word(
        "state not read yet", "plain", "It was read for a lead's sake; the next look at all forms tells."
    ),
}

RUN = {
    "queued": Word("queued", "calm"),
    "running": Word("running", "calm"),
    "done": Word("done", "good"),
    "failed": Word("failed", "bad"),
}

RUN_KIND = {
    "backfill": "back-fill",
    "poll": "poll",
    "gap": "gap",
    "manual": "by hand",
    "reconcile": "reconciliation",
    "push": "push",
}

WEBHOOK = {
    "wanted": Word("not registered", "calm", "It is wanted, and LinkedIn has none yet."),
    "registered": Word("registered", "good", "LinkedIn has it and has validated the address."),
    "missing": Word("missing", "warn", "LinkedIn had it and lists it no more; it is registered anew."),
    "blocked": Word("blocked", "bad", "LinkedIn has stopped to challenge the address, and pushes nothing."),
    "failed": Word("not registered", "bad", "LinkedIn did not take it; the reason stands below."),
    "ending": Word("ending", "plain", "It is not wanted any more; LinkedIn has not deleted it yet."),
}

STEP = {
    "create": Word("create", "good"),
    "keep": Word("keep", "plain"),
    "leave": Word("leave", "plain", "It is not ours."),
    "delete": Word("delete", "warn"),
}

TRIED = {
    "connect": "Connection to the address",
    "tls": "Certificate",
    "challenge": "Challenge",
    "push": "Signed push",
    "stored": "Inbox",
}

INBOX = {
    "waiting": Word("waiting", "calm", "Stored; the lead is being read."),
    "done": Word("done", "good"),
    "parked": Word("parked", "plain", "Kept for people to look at; it tells of no lead here."),
}

ACTOR = {
    "api": "API or command",
    "web": "page",
    "leadwire": "Leadwire",
    "linkedin": "LinkedIn",
    "linkedin member": "LinkedIn member",
}

LEAD_CHECK = {
    "waiting": Word("waiting", "calm", "The test lead, or LinkedIn's push of it, has not come yet."),
    "overdue": Word("nothing yet", "bad", "Ten minutes are over; what to look at stands below."),
    "stored": Word("stored", "good"),
}

LEAD_STEP = {
    "submitted": "Submitted at LinkedIn",
    "pushed": "Push received",
    "asked": "Read from LinkedIn",
    "polled": "Pulled",
    "quarantined": "In quarantine",
    "stored": "Row stored",
}

LEAD_ACTION = {"CREATED": "new lead", "DELETED": "withdrawn lead"}

LEAD_TYPE = {
    "SPONSORED": "sponsored leads",
    "EVENT": "event leads",
    "COMPANY": "company page leads",
    "ORGANIZATION_PRODUCT": "product page leads",
}

CERTIFICATE = {
    "green": Word("green", "good", "What LinkedIn shows is what is stored."),
    "amber": Word("amber", "warn", "Equal now: something was repaired, or values wait in quarantine."),
    "red": Word("red", "bad", "What LinkedIn shows is not what is stored."),
    "unknown": Word("never compared", "plain", "No reconciliation has ended yet."),
}

QUARANTINE = {"open": Word("open", "warn"), "resolved": Word("resolved", "good")}


def why(reason: str) -> str:
    """Why something is in quarantine, as a sentence."""
    text = {str(code): text for code, text in REASONS.items()}.get(reason, reason)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


SEVERITY = {
    "critical": Word("critical", "bad", "Leads are not read, or will be lost: somebody must act."),
    "warning": Word("warning", "warn", "Something is not as it should be; nothing is lost yet."),
    "info": Word("info", "calm", "Worth a look when there is time."),
}


# What the link of an alert does, by its code.
DEED = {
    "needs_reconnect": "Reconnect",
    "reconnect_due": "Reconnect",
    "heartbeat_failing": "See the heartbeats",
    "connect_stuck": "Compare the values",
    "account_unreadable": "See who can give the role",
    "absence_held": "Say whether they were deleted",
    "gap_lost_soon": "Pull that time",
    "gap_open": "See its runs",
    "runs_failing": "See the error",
    "list_never_ends": "Pull shorter windows",
    "list_not_believed": "Check the roles",
    "certificate_red": "Open the certificate",
    "leads_repaired": "Open the certificate",
    "webhook_silent": "Test the webhook",
    "webhook_blocked": "See the webhook",
    "webhook_not_registered": "See the reason",
    "pushes_missed": "Test the webhook",
    "pushes_parked": "Check the roles",
    "question_disappeared": "See the form",
    "quarantine_open": "Give the values",
    "quota_used_up": "See the quotas",
    "version_sunset": "See the version",
    "version_refused": "See the version",
    "channel_failing": "See the channels",
}


def deed(code: str) -> str:
    """The verb of an alert; a code that nobody foresaw is one to look at."""
    return DEED.get(code, "Look at it")


LACKS: Mapping[str, str] = {
    "not_asked": "The form asks for nothing that fills it.",
    "no_answer": "It is asked for, but not answered.",
}

COLUMN_KIND = {
    "fixed": "fixed",
    "predefined": "predefined question",
    "custom": "custom question",
    "consent": "consent",
    "hidden": "hidden field",
}

# Why each scope is asked for: learn.microsoft.com/linkedin/marketing/lead-sync/leadsync (Permissions)
SCOPE = {
    "r_marketing_leadgen_automation": "reads lead forms and leads, and registers for lead notifications",
    "r_ads": "lists the ad accounts and the member's role on each, for the permission check",
    "rw_ads": "lists the ad accounts and roles; more than Leadwire needs",
    "r_organization_admin": "reads the member's LinkedIn Page roles, without which nobody may read leads",
    "rw_organization_admin": "reads the member's LinkedIn Page roles; more than Leadwire needs",
    "r_basicprofile": "asks LinkedIn who the member is, as the heartbeat",
    "r_liteprofile": "asks LinkedIn who the member is, as the heartbeat (an older scope)",
    "openid": "asks LinkedIn who the member is, as the heartbeat",
    "profile": "shows the member's name",
    "email": "shows the member's e-mail address",
    "r_events": "names the events behind event leads",
}

RESULTS: Mapping[str, tuple[str, Tone]] = {
    "active": ("LinkedIn is connected", "good"),
    "cancelled": ("LinkedIn was not connected", "bad"),
    "scope_not_enabled": ("The app lacks a scope", "bad"),
    "error": ("LinkedIn was not connected", "bad"),
}

# A one-time text that does not count: title, what happened, what to do.
ONE_TIME = {
    "unknown": (
        "This link is not ours",
        "No such link or answer was ever given out by this Leadwire, or it was cut.",
    ),
    "used": ("This link has been used", "It works once, and it has been opened before."),
    "expired": ("This link is too old", "A connect link lives 24 hours, an answer from LinkedIn 10 minutes."),
    "other_browser": (
        "This answer belongs to another browser",
        "The connection was begun in one browser and answered in another, or its cookies are blocked.",
    ),
}

INTERVALS = {
    "poll_interval": ("Pull leads every", "How often each account's new leads are pulled."),
    "forms_interval": ("Read forms every", "How often forms are read again for new ones and new versions."),
    "heartbeat_interval": (
        "Verify connections every",
        "How often LinkedIn is asked whether each connection's grant still lives.",
    ),
    "verdict_interval": (
        "Check permission every",
        "How often each connection's accounts and roles are checked.",
    ),
    "reconcile_interval": (
        "Reconcile every",
        "How often each account is read a second time and compared with what is stored.",
    ),
}

ORIGIN = {
    "form": "set on this form",
    "account": "set on the account",
    "workspace": "set here, for the workspace",
    "deployment": "set for the whole deployment",
    "push_healthy": "stretched, because LinkedIn is proven to push",
}
