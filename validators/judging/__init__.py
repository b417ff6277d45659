"""Runs checks, constraints and measures over tables."""
