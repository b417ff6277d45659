"""Checks of the family `critiques`."""
