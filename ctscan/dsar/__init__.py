"""Requests of data subjects: regimes and clocks, cases, identity, dossiers and letters. Pure."""
