"""Checks of the family `augmentations`."""
