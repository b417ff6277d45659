"""Checks of the family `opinions`."""
