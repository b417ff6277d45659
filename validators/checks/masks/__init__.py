"""Checks of masked prompts, their translations, counterfactuals and completions."""
