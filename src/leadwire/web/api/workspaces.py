"""Workspaces and their API keys; for a deployment key only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from leadwire.domain.errors import NotFound
from leadwire.store.place import DEFAULT
from leadwire.store.rows import ApiKey, WorkspaceInfo
from leadwire.web.auth import DEPLOYER, Wired
from leadwire.web.contract import fails
from leadwire.web.paging import Asked, Items, items
from leadwire.web.services import Services
from leadwire.web.values import IdPath, Moment, View, Wish

router = APIRouter(prefix="/workspaces", tags=["workspaces"], dependencies=[DEPLOYER], responses=fails(403))

Name = Annotated[str, Field(min_length=1, max_length=200)]


class WorkspaceView(View):
    """`slug` stands in the names of its tables and never changes."""

    id: str
    slug: str
    name: str
    created_at: Moment


class WorkspaceWish(Wish):
    name: Name
    slug: Annotated[str, Field(max_length=100)] | None = None


class KeyView(View):
    id: str
    name: str
    created_at: Moment
    last_used_at: Moment | None


class NewKey(View):
    """`key` is shown this once; only its hash is kept."""

    id: str
    name: str
    key: str


class KeyWish(Wish):
    name: Name


@router.get("")
def list_workspaces(services: Wired, asked: Asked) -> Items[WorkspaceView]:
    """All workspaces."""
    return items(services.store.deployment.workspaces(asked.limit, asked.after), _workspace)


@router.post("", status_code=201, responses=fails(409))
def create_workspace(wish: WorkspaceWish, services: Wired) -> WorkspaceView:
    """Make a workspace; without a slug, one is made from the name."""
    made = services.store.deployment.create_workspace(wish.name, services.now(), wish.slug)
    services.watch.begin(made.id)
    return _workspace(made)


@router.delete("/{workspace_id}", status_code=204, responses=fails(404, 409))
def delete_workspace(workspace_id: IdPath, services: Wired) -> None:
    """Remove a workspace with every lead, form, connection, key and table in it, and its subscriptions at LinkedIn."""
    workspace = services.store.workspace(workspace_id)
    if workspace.slug != DEFAULT:  # which cannot be removed
        services.teardown.workspace(workspace)
    services.store.deployment.delete_workspace(workspace_id)
    services.erasure.scrub_now(workspace)


@router.get("/{workspace_id}/api-keys", responses=fails(404))
def list_keys(workspace_id: IdPath, services: Wired, asked: Asked) -> Items[KeyView]:
    """The keys of a workspace, without their texts."""
    desk = services.store.deployment
    return items(desk.api_keys(desk.workspace(workspace_id).id, asked.limit, asked.after), _key)


@router.post("/{workspace_id}/api-keys", status_code=201, responses=fails(404))
def create_key(workspace_id: IdPath, wish: KeyWish, services: Wired) -> NewKey:
    """Make a key for a workspace."""
    made = services.store.deployment.create_api_key(workspace_id, wish.name, services.now())
    _note(services, workspace_id, "api_key.created", made.key.id, {"name": made.key.name})
    return NewKey(id=made.key.id, name=made.key.name, key=made.text)


@router.get("/{workspace_id}/api-keys/{key_id}", responses=fails(404))
def get_key(workspace_id: IdPath, key_id: IdPath, services: Wired) -> KeyView:
    """One key, without its text."""
    return _key(services.store.deployment.api_key(workspace_id, key_id))


@router.delete("/{workspace_id}/api-keys/{key_id}", status_code=204, responses=fails(404))
def revoke_key(workspace_id: IdPath, key_id: IdPath, services: Wired) -> None:
    """Take a key back; it is of no use from now on."""
    if not services.store.deployment.revoke_api_key(workspace_id, key_id):
        raise NotFound("not_found", "There is no such key.")
    _note(services, workspace_id, "api_key.revoked", key_id, {})


def _workspace(info: WorkspaceInfo) -> WorkspaceView:
    return WorkspaceView(id=info.id, slug=info.slug, name=info.name, created_at=info.created_at)


def _note(services: Services, workspace_id: str, action: str, key_id: str, detail: dict[str, str]) -> None:
    with services.store.workspace(workspace_id).write() as tx:
        tx.audit.add("api", action, key_id, detail, services.now())


def _key(key: ApiKey) -> KeyView:
    return KeyView(id=key.id, name=key.name, created_at=key.created_at, last_used_at=key.last_used_at)
