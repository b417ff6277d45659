"""Checks of columns that hold lists."""
