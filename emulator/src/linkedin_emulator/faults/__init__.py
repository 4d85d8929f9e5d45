"""Planned misfortune."""
