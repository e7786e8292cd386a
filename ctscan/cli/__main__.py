"""`python -m ctscan.cli` is `ctscan`."""

from ctscan.cli import main

main()
