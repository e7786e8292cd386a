"""Brings certificates into the index that no log is read for: those that a repository gives, those in files.

    questions -> repository -> certificates -> examine -> what was asked about -> keep

Asking is telling: each question is recorded as a disclosure before the first request. What comes out is said by whoever
gave it and proven by nothing; a log has to confirm it.
"""
