"""Checks of the family `variants`."""
