from tests.rig import rig

__all__ = ["rig"]
