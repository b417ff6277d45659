"""Checks of rated and compared responses."""
