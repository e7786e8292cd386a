"""Requests of data subjects: cases, identity, dossiers and letters. Pure."""
