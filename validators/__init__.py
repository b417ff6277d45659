"""The only room that judges. It looks at rows and never changes them."""
