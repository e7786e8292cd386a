"""Module entry point: `python -m ctscan` is the `ctscan` script."""

from ctscan.cli import main

main()
