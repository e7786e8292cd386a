"""Dossiers in words: the PDF, and the tables beside it."""
