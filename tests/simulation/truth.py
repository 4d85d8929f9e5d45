"""What is so at LinkedIn, whatever Leadwire believes: which leads there are, were, and can be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.world import HOUR, Row, answers, document, submit

from linkedin_emulator import Emulator
from linkedin_emulator.api.leads import is_readable

SETTLE = HOUR
LIES = ("null_element", "empty_list")
UNREADABLE = ("bad_form_urn", "no_submitted_at", "year_9999_submitted_at")


@dataclass
class Story:
    """One lead's: the numbers of its submissions, its spoil, and since when it can be seen without a break.

    `late`: it became visible longer after its submission than what is settled by then.
    """

    numbers: list[int]
    spoil: str = ""
    late: bool = False
    ever_spoilt: bool = False
    hidden_since_submitted: bool = False


@dataclass
class Truth:
    emulator: Emulator
    number: int = 1_000
    denied: set[str] = field(default_factory=set)  # LinkedIn once said that it was not, though it was
    nobodys: set[str] = field(default_factory=set)  # refresh tokens that LinkedIn gave and nobody has
    stories: dict[str, Story] = field(default_factory=lambda: defaultdict(lambda: Story([])))

    def leads(self) -> Iterator[Any]:
        """Every lead there ever was, as LinkedIn keeps it."""
        yield from self.emulator._state.leads.all()

    def lead(self, lead_id: str) -> Any:
        return self.emulator._state.leads.find(lead_id)

    def readable(self, lead: Any) -> bool:
        """Whether LinkedIn shows it to whoever may read."""
        return is_readable(self.emulator._state, lead, self.emulator.now())

    def shown(self, owner: str) -> list[Any]:
        return [one for one in self.leads() if one.form.owner == owner and self.readable(one)]

    def aged(self, lead: Any) -> bool:
        """Whether its age alone keeps LinkedIn from showing it."""
        kept = self.emulator._state.knobs.retention_ms(lead.lead_type)
        gone = lead.deleted or lead.hidden
        return not gone and lead.submitted_at < self.emulator.now() - kept

    def submit(self, form: int, at: float, late: int, spoil: str, test: bool) -> str:
        """Somebody fills in a form: mostly its newest version; the page they have open may be an older one."""
        versions = self.emulator._state.world.forms[form].versions
        version = len(versions) if at < 0.7 else 1 + int(at * 1000) % len(versions)
        self.number += 1
        lead = submit(
            self.emulator, self.number, form, version, readable_after_ms=late, test=test, push=False
        )
        story = self.stories[lead] = Story([self.number], late=late > SETTLE)
        if spoil and _fits(spoil, document(self.emulator, form, version)):
            self.emulator.control.leads.spoil(lead, spoil)
            story.spoil, story.ever_spoilt = spoil, True
        self.emulator.control.leads.notify(lead, "CREATED", self.lead(lead).submitted_at)
        return lead

    def resubmit(self, lead_id: str, new: bool) -> None:
        """The same lead again, with other answers or the same."""
        story, lead = self.stories[lead_id], self.lead(lead_id)
        given = None
        if new:
            self.number += 1
            story.numbers.append(self.number)
            given = answers(self.emulator, self.number, lead.form.id, lead.version)
        self.emulator.control.leads.resubmit(lead_id, given)
        story.late = story.hidden_since_submitted = False

    def hide(self, lead_id: str) -> None:
        self.emulator.control.leads.hide(lead_id)
        self.stories[lead_id].hidden_since_submitted = True

    def unhide(self, lead_id: str) -> None:
        self.emulator.control.leads.unhide(lead_id)
        if self.emulator.now() - self.lead(lead_id).submitted_at > SETTLE:
            self.stories[lead_id].late = True

    def moved(self, before: set[str]) -> None:
        """Note what a list that moved under a walk has changed, and what lists left out that were to be shown."""
        if any(
            rule.struck and rule.action["kind"] in LIES for rule in self.emulator._state.faults.rules.values()
        ):
            self.denied |= before
        for lead in self.leads():
            if lead.hidden and lead.id in before:
                self.stories[lead.id].hidden_since_submitted = True

    def grants(self, member: str) -> bool:
        """Whether a permission of the member's stands that was ever heard of here."""
        now, tokens = self.emulator.now(), self.emulator._state.grants.tokens
        theirs = (tokens[text] for text in self.refresh_tokens() - self.nobodys)
        return any(one.grant.member == member and one.status(now) == "active" for one in theirs)

    def refresh_tokens(self) -> set[str]:
        return {text for text, one in self.emulator._state.grants.tokens.items() if one.kind == "refresh"}


def _fits(spoil: str, form: Row) -> bool:
    """Odd answers are put in the place of the first answer, which must be a text."""
    first = form["content"]["questions"][0]
    return spoil in UNREADABLE or "textQuestionDetails" in first["questionDetails"]
