"""Acme and Globex, two workspaces; a stranger who has neither; and what their members answered."""

import json
from collections.abc import Sequence
from dataclasses import replace

from tests.databases import NOW

from leadwire.domain.columns import grow
from leadwire.domain.forms import Consent, FormVersion, HiddenField, Option, Question
from leadwire.domain.project import Answer, Lead, Projector
from leadwire.store import FormTable, LandedLead, Store, Tx, Workspace

ANNA, BO = "urn:li:sponsoredAccount:512", "urn:li:organization:9007199254740993123"

SPRING = FormVersion(
    form_id="7234246",
    version=1,
    owner=ANNA,
    name="Spring sale",
    state="PUBLISHED",
    locale="sv_SE",
    headline="Vårrea",
    questions=(
        Question("107234246", "FIRST_NAME", "text", name="Förnamn", required=True),
        Question("207234246", "LAST_NAME", "text", name="Efternamn"),
        Question("307234246", "EMAIL", "text", name="E-post"),
        Question("407234246", "COMPANY_NAME", "text", name="Företag"),
        Question("507234246", None, "text", question="What is your budget?"),
        Question(
            "607234246", None, "choice", label="Size", options=(Option("0", "1-10"), Option("1", "11+"))
        ),
    ),
    consents=(Consent("0", " I agree", required=True),),
    hidden_fields=(HiddenField("utm_source", "linkedin"),),
    created_at=NOW,
    modified_at=NOW + 1,
)


def two_workspaces(store: Store) -> tuple[Workspace, Workspace]:
    """Acme and Globex."""
    made = [store.deployment.create_workspace(name, NOW) for name in ("Acme", "Globex")]
    return store.workspace(made[0].id), store.workspace(made[1].id)


def publish(workspace: Workspace, version: FormVersion = SPRING) -> FormTable:
    """A form version, learned and shaped."""
    with workspace.write() as tx:
        known = tx.forms.columns(version.form_id)
        tx.forms.put(version, b'{"id":7234246}', grow(known, version).columns, NOW)
        table = tx.forms.table(version.form_id)
    with workspace.shape() as shaping:
        shaping.shape_form(table)
    return table


def answered(number: int, *, text: str = "42", version: FormVersion = SPRING, **facts: object) -> Lead:
    """The lead of member `number`, one a second, the first the oldest."""
    own = (f"Anna{number}", "Svensson", f"Anna{number}@Example.com", "ACME AB", text)
    ids = [question.id for question in version.questions]
    answers = [Answer(question_id, "text", value) for question_id, value in zip(ids, own, strict=False)]
    lead = Lead(
        id=f"{number:08x}-d272-44ba-a7db-c2bdce579507-6",
        owner=version.owner,
        lead_type="SPONSORED",
        form_id=version.form_id,
        form_version=version.version,
        submitted_at=NOW + number * 1000,
        test_lead=False,
        campaign_id="urn:li:sponsoredCampaign:198356826",
        creative_id="urn:li:sponsoredCreative:241257736",
        associated_entity=None,
        answers=(*answers, Answer("607234246", "choice", ("1",))),
        consents=(("0", True),),
    )
    return replace(lead, **facts)


def landed(
    table: FormTable,
    leads: Sequence[Lead],
    *,
    raw: bytes | None = None,
    via: str = "pull",
    issued_at: int = NOW,
    version: FormVersion = SPRING,
) -> list[LandedLead]:
    """Leads as the landing wants them."""
    projector = Projector(version, table.columns)
    rows = []
    for lead in leads:
        bytes_ = raw if raw is not None else json.dumps({"id": lead.id, "answers": lead.answers}).encode()
        cells, extras, _ = projector.project(lead)
        rows.append(LandedLead(lead, cells, extras, bytes_, b"d" * 16, via, issued_at))
    return rows


def land(workspace: Workspace, table: FormTable, *numbers: int, **how: object) -> list[str]:
    """Land the leads of these members; their ids."""
    rows = landed(table, [answered(number) for number in numbers], **how)
    with workspace.write() as tx:
        tx.leads.put(table, rows, NOW)
    return [row.lead.id for row in rows]


def everything(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the transaction's workspace, by table."""
    scope = tx._scope
    shared = [table for table in scope.tables.values() if "workspace_id" in table.c]
    found = {
        table.fullname: table.select().where(table.c.workspace_id == scope.workspace_id) for table in shared
    }
    own = [*scope.place.tables.values()]
    own += [scope.place.form_table(tx.forms.table(form.form_id)) for form in tx.forms.all()]
    found |= {table.fullname: table.select() for table in own}
    return {
        name: sorted(map(tuple, scope.connection.execute(select)), key=str) for name, select in found.items()
    }
