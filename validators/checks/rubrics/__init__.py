"""Checks of rubrics: weighted criteria by which answers are graded."""
