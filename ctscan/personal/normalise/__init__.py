"""Normalisation of addresses and names to the form in which they are compared. `identifiers.py` is the front door."""
