"""Schemes of one country or region each."""
