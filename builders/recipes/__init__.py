"""Shipped recipes, one for each family."""
