"""Checks of utterances, their kinds, and the readings to choose from."""
