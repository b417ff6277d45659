"""Checks of preference pairs."""
