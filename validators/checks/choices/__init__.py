"""Checks of multiple-choice questions."""
