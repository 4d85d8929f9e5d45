"""The same over sockets."""
