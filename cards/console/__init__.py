"""What the terminal shows: options, tables, progress."""
