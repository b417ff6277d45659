"""Checks of the family `societies`."""
