"""Where seeds come from: one source a file."""
