"""Finds the personal data of natural persons in Certificate Transparency logs, with proof of what was searched.

    log bytes ──► verified entries ──► certificates ──► findings ──► index ──► answer
      sources        ct, scan             x509          personal      index     lookup, cli

Nothing is defined here: each part is imported by its own name.
"""
