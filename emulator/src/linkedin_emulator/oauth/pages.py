"""The few HTML pages; no scripts, everything inline."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader

_PAGES = Environment(
    loader=PackageLoader("linkedin_emulator"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def render(name: str, **values: Any) -> str:
    """One page as text."""
    return _PAGES.get_template(name).render(values)
