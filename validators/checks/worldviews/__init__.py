"""Checks of the family `worldviews`."""
