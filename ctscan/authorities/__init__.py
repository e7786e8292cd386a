"""Certification authorities: who runs a CA, as the CCADB publishes."""
