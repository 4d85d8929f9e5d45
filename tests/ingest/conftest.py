"""The rig for whole-path tests."""

from tests.rig import rig

__all__ = ["rig"]
