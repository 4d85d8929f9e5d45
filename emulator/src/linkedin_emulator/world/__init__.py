"""Who and what exists, the leads, and the worlds to start from."""
