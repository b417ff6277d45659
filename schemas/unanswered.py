"""The reason why a person's answer is missing; in a module of its own, as printing it must load nothing else."""

UNANSWERED = "not answered yet"
"""Reason of a reject: the person may still answer."""
