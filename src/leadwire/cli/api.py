"""The HTTP client of Leadwire's own API, for commands. It asks; what to print is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx2

from leadwire.setting_values import is_loopback

PAGE = 200  # the most the API gives at once
SLOW = 600.0  # seconds; reading forms from LinkedIn happens within one request


class Unreachable(Exception):
    """Nobody answers there, or not Leadwire."""


class Refused(Exception):
    """Leadwire answered with a problem; `said` is its document (RFC 9457)."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__(said.get("detail"))
        self.said = said


@dataclass
class Api:
    """`url` without path; `key` is sent as a bearer token and to nobody else."""

    url: str
    key: str

    def __post_init__(self) -> None:
        self._http = httpx2.Client(
            base_url=f"{self.url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {self.key}", "User-Agent": "leadwire-cli"},
            timeout=httpx2.Timeout(SLOW, connect=5.0),
            trust_env=not is_loopback(self.url),  # a proxy does not reach this machine's loopback
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: object) -> Any:
        """The answer's JSON. Raises Unreachable and Refused, as all calls here do."""
        return self._ask("GET", path, query=query)

    def post(self, path: str, body: object = None, **query: object) -> Any:
        return self._ask("POST", path, body, query)

    def put(self, path: str, body: object) -> Any:
        return self._ask("PUT", path, body)

    def patch(self, path: str, body: object) -> Any:
        return self._ask("PATCH", path, body)

    def delete(self, path: str, **query: object) -> Any:
        return self._ask("DELETE", path, query=query)

    def each(self, path: str, most: int | None = None, **query: object) -> Iterator[Any]:
        """Items of a list, newest first, page after page; `most` of them."""
        cursor, left = None, most
        while left is None or left > 0:
            page = self.get(path, limit=min(PAGE, left or PAGE), cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next"]
            left = None if left is None else left - len(page["items"])
            if cursor is None:
                return

    def _ask(
        self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None
    ) -> Any:
        params = {name: _word(value) for name, value in (query or {}).items() if value is not None}
        try:
            answer = self._http.request(method, path, params=params, json=body)
        except httpx2.InvalidURL:
            raise Unreachable(f"{self.url} is no address") from None
        except httpx2.RequestError as error:
            raise Unreachable(f"nobody answers at {self.url} ({type(error).__name__})") from None
        return _read(answer, self.url)


def answers(url: str) -> bool:
    """Whether a Leadwire is alive there."""
    try:
        answer = httpx2.get(f"{url}/healthz", timeout=3.0, trust_env=not is_loopback(url))
    except (httpx2.RequestError, httpx2.InvalidURL):
        return False
    return answer.status_code == 200


def _read(answer: httpx2.Response, url: str) -> Any:
    if answer.status_code == 204:
        return None
    try:
        said = answer.json()
    except ValueError:
        raise Unreachable(f"what answers at {url} is not Leadwire (status {answer.status_code})") from None
    if answer.is_success:
        return said
    if not isinstance(said, dict) or "detail" not in said:
        raise Unreachable(f"what answers at {url} is not Leadwire (status {answer.status_code})")
    raise Refused(said)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
