"""Checks of the family `roles`."""
