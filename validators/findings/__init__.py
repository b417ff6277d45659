"""What a check or measure found: subject, evidence, severity and failing rows."""
