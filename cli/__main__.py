"""`python -m pluriset.cli`."""

from . import main

main()
