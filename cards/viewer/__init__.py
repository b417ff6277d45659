"""`pluriset view`: a page to browse a dataset, from a server on loopback or as a static site."""
