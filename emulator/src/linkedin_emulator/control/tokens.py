"""Consents and tokens: given without a browser, cut short, taken away."""

from __future__ import annotations

from collections.abc import Sequence

from linkedin_emulator.clock import SECOND, Millis
from linkedin_emulator.control.group import Group, locked
from linkedin_emulator.oauth.authorization import give_consent
from linkedin_emulator.oauth.grants import Grant
from linkedin_emulator.oauth.tokens import token_answer
from linkedin_emulator.protocol.wire import Json
from linkedin_emulator.world.entities import App, Member


class TokenControl(Group):
    """Without `member` or `client_id` the first member and the first app are meant."""

    @locked
    def authorize(
        self,
        scopes: Sequence[str],
        member: str | None = None,
        client_id: str | None = None,
        redirect_uri: str | None = None,
    ) -> str:
        """The member allows the scopes; return the one-time code (redirect URI: the app's first)."""
        app, grant = self._consent(scopes, member, client_id)
        return self._state.grants.code(grant, redirect_uri or app.redirect_uris[0], self._state.clock.now())

    @locked
    def issue(
        self, scopes: Sequence[str], member: str | None = None, client_id: str | None = None
    ) -> dict[str, Json]:
        """The whole dance at once; return what the token endpoint would answer."""
        app, grant = self._consent(scopes, member, client_id)
        return token_answer(self._state, app, grant)

    @locked
    def revoke(self, member: str | None = None, client_id: str | None = None) -> int:
        """The member removes the app; return how many grants ended."""
        grants = [grant for grant in self._grants(member, client_id) if not grant.revoked]
        for grant in grants:
            grant.revoked = True
        return len(grants)

    @locked
    def revoke_access(self, member: str | None = None, client_id: str | None = None) -> int:
        """Revoke access tokens only; refresh tokens stay good."""
        return self._each("access", member, client_id, revoke=True, expires_at=None)

    @locked
    def expire_access(
        self, member: str | None = None, client_id: str | None = None, in_seconds: int = 0
    ) -> int:
        """Make access tokens end so soon; return how many."""
        return self._each("access", member, client_id, False, self._state.clock.now() + in_seconds * SECOND)

    @locked
    def expire_refresh(
        self, member: str | None = None, client_id: str | None = None, in_seconds: int = 0
    ) -> int:
        """Make refresh tokens end so soon, and access tokens with them; return how many refresh tokens."""
        at = self._state.clock.now() + in_seconds * SECOND
        for grant in self._grants(member, client_id):
            grant.ends_at = min(grant.ends_at, at)
        self._each("access", member, client_id, False, at)
        return self._each("refresh", member, client_id, False, at)

    @locked
    def all(self) -> list[dict[str, Json]]:
        """Every token with its state; values in full, for they are worth nothing elsewhere."""
        now = self._state.clock.now()
        return [
            {
                "token": token.value,
                "kind": token.kind,
                "client_id": token.grant.client_id,
                "member": token.grant.member,
                "scopes": token.grant.scopes,
                "status": token.status(now),
                "minted_at": token.minted_at,
                "expires_at": token.expires_at,
            }
            for token in self._state.grants.tokens.values()
        ]

    def _consent(self, scopes: Sequence[str], member: str | None, client_id: str | None) -> tuple[App, Grant]:
        app, person = self._app(client_id), self._member(member)
        return app, give_consent(self._state, app, person, scopes)

    def _each(
        self, kind: str, member: str | None, client_id: str | None, revoke: bool, expires_at: Millis | None
    ) -> int:
        grants = {id(grant) for grant in self._grants(member, client_id)}
        hit = 0
        for token in self._state.grants.tokens.values():
            if token.kind == kind and id(token.grant) in grants:
                token.revoked = token.revoked or revoke
                token.expires_at = (
                    token.expires_at if expires_at is None else min(token.expires_at, expires_at)
                )
                hit += 1
        return hit

    def _grants(self, member: str | None, client_id: str | None) -> list[Grant]:
        return [
            grant
            for grant in self._state.grants.grants
            if member in (None, grant.member) and client_id in (None, grant.client_id)
        ]

    def _app(self, client_id: str | None) -> App:
        apps = self._state.world.apps
        app = apps.get(client_id) if client_id else next(iter(apps.values()), None)
        if app is None:
            raise LookupError(f"there is no app {client_id or ''}")
        return app

    def _member(self, member: str | None) -> Member:
        members = self._state.world.members
        person = members.get(member) if member else next(iter(members.values()), None)
        if person is None:
            raise LookupError(f"there is no member {member or ''}")
        return person
