"""Scans: verified reading of logs into the index."""
