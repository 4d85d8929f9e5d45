"""Permission: the consent screen, tokens, introspection."""
