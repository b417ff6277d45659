"""Checks of the family `values`."""
