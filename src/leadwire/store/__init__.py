"""All state, all SQL: `Store.open(url, keys=…)`, then `store.workspace(id)` for everything inside one workspace."""
