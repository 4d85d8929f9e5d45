"""All state, all SQL: `Store.open(url, keys=…)`, then `store.workspace(id)` for all that is inside it."""

from leadwire.store.rows import DueItem
from leadwire.store.seal import Keyring
from leadwire.store.store import Store
from leadwire.store.workspace import Tx, Workspace

__all__ = ["DueItem", "Keyring", "Store", "Tx", "Workspace"]
