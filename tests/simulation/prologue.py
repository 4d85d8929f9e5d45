"""What happened before every run: two workspaces came, were connected, read everything, and got their webhooks."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.simulation import stage, world
from tests.simulation.machine import Machine
from tests.simulation.network import Network
from tests.simulation.points import Points
from tests.simulation.world import DAY, HOUR, LEAD_TYPES, MINUTE, TENANTS

INTERVALS = {"forms_interval": 6 * HOUR, "heartbeat_interval": DAY, "verdict_interval": 6 * HOUR}


def begun(folder: Path) -> stage.Stage:
    """Kept when everything is calm."""
    path = stage.fresh(folder)
    settings = stage.settings(path.parent)

    def deliver(method: str, url: str, headers: Any, body: bytes, timeout: float) -> Any:
        return machine.reach_out(method, url, headers, body)

    emulator = stage.emulator(deliver)
    world.build(emulator)
    points = Points(Counter())
    network = Network(emulator, points, emulator.now, lambda *what: None)
    machine = Machine(settings, network, points, emulator.now, "all", 100)
    machine.app.store.deployment.create_workspace("Second", emulator.now(), "second")
    machine.crash()
    for tenant in TENANTS:
        _settle_in(machine, tenant, emulator)
    for _ in range(4):
        emulator.advance(31 * MINUTE)
        machine.work()
        emulator.tick()
        machine.beat()
    assert not stage.complaints, stage.complaints
    assert len(emulator.control.hooks.subscriptions()) == len(machine.addresses()) == 3
    machine.close()
    kept = folder / "stage.db"
    shutil.copyfile(path, kept)
    return stage.Stage(kept, stage.frozen(emulator), settings)


def _settle_in(machine: Machine, tenant: world.Tenant, emulator: Any) -> None:
    workspace, orders = machine.workspace(tenant.slug), machine.app.orders
    orders.intervals(workspace, dict(INTERVALS), "api")
    _, link = orders.connect(workspace, None)
    result = machine.consent(
        link, lambda scopes, uri: emulator.authorize(scopes, tenant.member, redirect_uri=uri)
    )
    assert result == "active", result
    machine.work()
    for owner in tenant.owners:
        with workspace.read() as tx:
            wish = tx.accounts.get(owner).sync
        wished = replace(wish, enabled=True, push=True, lead_types=(LEAD_TYPES[owner],))
        orders.sync(workspace, owner, wished, "api")
    machine.work()
