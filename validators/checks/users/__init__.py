"""Checks of the family `users`."""
