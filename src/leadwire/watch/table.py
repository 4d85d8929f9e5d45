"""Every condition there is, and every code: what `docs/alerts.md` lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from leadwire.domain.alerts import Condition, Kind
from leadwire.watch import accounts, certificates, channels, connections, forms, limits, pushes, reading
from leadwire.watch.view import View

THEMES = (connections, accounts, reading, certificates, pushes, forms, limits, channels)

CONDITIONS: tuple[Callable[[View], Iterable[Condition]], ...] = tuple(
    condition for theme in THEMES for condition in theme.CONDITIONS
)
KINDS: tuple[Kind, ...] = tuple(kind for theme in THEMES for kind in theme.KINDS)
