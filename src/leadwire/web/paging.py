"""Lists: `?limit=` and `?cursor=` in, `{"items": […], "next": …}` out, newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query

from leadwire.store.rows import Page
from leadwire.web.values import View

T = TypeVar("T")
V = TypeVar("V", bound=View)
MOST = 200


@dataclass(frozen=True)
class Place:
    """Which part of a list."""

    limit: int
    after: str | None


class Items(View, Generic[V]):
    """One page of a list; `next` is the cursor of the page behind it, null at the end."""

    items: list[V]
    next: str | None


async def _place(
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    cursor: Annotated[str | None, Query(description="`next` of the page before", max_length=1000)] = None,
) -> Place:
    return Place(limit, cursor)


Asked = Annotated[Place, Depends(_place)]


def items(page: Page[T], view: Callable[[T], V]) -> Items[V]:
    """A page of the store as an answer."""
    return Items(items=[view(one) for one in page.items], next=page.next)
