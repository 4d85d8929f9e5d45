"""Watching: what people should know of, derived from what is stored, and telling them of it."""
