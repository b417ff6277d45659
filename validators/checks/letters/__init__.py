"""Checks of applicants who differ in who they are alone, and of the letters for them."""
