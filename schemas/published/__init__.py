"""Published datasets that we know: one file each."""
