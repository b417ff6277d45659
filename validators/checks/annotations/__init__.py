"""Checks of annotations and annotators."""
