"""Generated datasets of known shape, and defects that are planted in them."""
