"""The one form in which addresses and names are compared. `identifiers.py` is the front door."""
