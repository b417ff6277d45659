"""Checks of texts that are made from templates."""
