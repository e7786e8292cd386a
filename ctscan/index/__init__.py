"""Kept findings, coverage and evidence: roles in `protocols.py`, one package for each database."""
