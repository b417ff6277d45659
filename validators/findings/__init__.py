"""Findings: what is checked, evidence, severity and failing rows."""
