"""Checks of the family `configurations`."""
