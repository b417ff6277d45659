"""What can be built: one family a file."""
