"""Checks of annotated items."""
