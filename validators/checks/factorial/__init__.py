"""Checks of factorial designs."""
