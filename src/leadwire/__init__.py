"""Leadwire: the leads of LinkedIn Lead Gen Forms, in a store you own."""
