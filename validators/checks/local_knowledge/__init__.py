"""Checks of the family `local_knowledge`."""
