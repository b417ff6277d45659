"""Builds, validates and publishes datasets in which people are allowed to disagree."""
