"""Checks of the family `reversals`."""
