"""Whom a value is about: evidence of the certificate first, the shape of names and lists of them last."""
