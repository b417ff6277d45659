"""Explains a row: where it came from, and the same row made again."""
