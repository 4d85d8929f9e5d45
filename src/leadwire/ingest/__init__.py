"""Leads in: forms become tables, windows are walked, and one function lands a lead."""
