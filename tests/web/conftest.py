"""Two workspaces that know nothing of each other, each with everything in it; and a rig for one test."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from tests.conftest import BOTH
from tests.rig import MAIN, OMAR, ROLELESS, YUKI, Caller, Rig, rig, rig_on

__all__ = ["rig"]


@dataclass(frozen=True)
class Tenant:
    """A workspace, its key, and the id of one of everything, by the name of the path's parameter."""

    api: Caller
    ids: dict[str, str]

    def path(self, template: str, **others: str) -> str:
        """A path of the API with this tenant's ids in it."""
        return template.format(**{name: quote(text) for name, text in (self.ids | others).items()})


@dataclass(frozen=True)
class Town:
    rig: Rig
    acme: Tenant
    fjord: Tenant


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Acme reads Highlander's main account through Omar, Fjord its own through Yuki. Not to be changed."""
    homes = request.getfixturevalue(f"{request.param}_homes")
    with rig_on(homes, tmp_path_factory.mktemp("town")) as rig:
        yield Town(rig, _settle(rig, "Acme", OMAR, MAIN), _settle(rig, "Fjord", YUKI, ROLELESS))


def _settle(rig: Rig, name: str, member: str, account: str) -> Tenant:
    workspace = rig.api.post("/workspaces", {"name": name}).json()
    keys = f"/workspaces/{workspace['id']}/api-keys"
    key = rig.api.post(keys, {"name": f"{name}'s program"}).json()
    api = Caller(rig.client, key["key"])
    spoilt = rig.emulator.control.leads.truth(owner=f"urn:li:sponsoredAccount:{account}")[1]["id"]
    rig.emulator.control.leads.spoil(spoilt, "number_answer")
    ids = {"workspace_id": workspace["id"], "key_id": key["id"], "account": account}
    ids["connection_id"] = rig.connect_member(api, member)
    ids["run_id"] = rig.sync(account, api)[0]
    ids["lead_id"] = spoilt
    ids["form_id"] = api.get("/forms").json()["items"][0]["id"]
    ids["webhook_id"] = api.post("/webhooks", {"account": account}).json()["id"]
    rig.look()
    ids["alert_id"] = api.get("/alerts").json()["items"][0]["id"]
    ids["quarantine_id"] = api.get("/quarantine").json()["items"][0]["id"]
    return Tenant(api, ids)
