"""Checks of dilemmas and of the perspectives on them."""
