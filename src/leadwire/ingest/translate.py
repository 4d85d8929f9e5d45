"""What LinkedIn said, in the words of the domain. The two rooms have never heard of each other; they meet here."""

from __future__ import annotations

from leadwire.domain import forms, project
from leadwire.linkedin import forms as wire_forms
from leadwire.linkedin import leads as wire_leads


def lead(said: wire_leads.Lead, owner: str, lead_type: str) -> project.Lead:
    """A lead as read for `owner`: who was asked, not what the element claims, decides whose it is."""
    return project.Lead(
        id=said.id,
        owner=owner,
        lead_type=lead_type,
        form_id=said.form_id,
        form_version=said.form_version,
        submitted_at=said.submitted_at,
        test_lead=said.test_lead,
        campaign_id=said.campaign,
        creative_id=said.creative,
        associated_entity=said.associated_entity,
        answers=tuple(project.Answer(a.question_id, a.kind, a.value) for a in said.answers),
        consents=said.consents,
    )


def form_version(said: wire_forms.Form, owner: str) -> forms.FormVersion:
    """A form as read for `owner`."""
    return forms.FormVersion(
        form_id=said.id,
        version=said.version,
        owner=owner,
        name=said.name,
        state=said.state,
        locale=said.locale,
        headline=said.headline,
        description=said.description,
        questions=tuple(_question(q) for q in said.questions),
        consents=tuple(forms.Consent(c.id, c.text, c.label, c.required) for c in said.consents),
        hidden_fields=tuple(forms.HiddenField(h.name, h.value) for h in said.hidden_fields),
        privacy_policy_url=said.privacy_policy_url,
        legal_disclaimer=said.legal_disclaimer,
        created_at=said.created_at,
        modified_at=said.modified_at,
    )


def _question(said: wire_forms.Question) -> forms.Question:
    return forms.Question(
        id=said.id,
        predefined=said.predefined_field,
        kind="choice" if said.kind == "choice" else "text",
        label=said.label,
        question=said.question,
        name=said.name,
        required=said.required,
        options=tuple(forms.Option(o.id, o.text) for o in said.options),
    )
