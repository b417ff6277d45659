"""Steps that remove, divide or mend rows: one step a file."""
