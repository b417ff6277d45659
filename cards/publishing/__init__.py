"""Publishes a run to the Hub or to a folder, and refuses what must not be published."""
