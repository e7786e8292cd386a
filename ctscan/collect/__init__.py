"""Certificates from outside the logs: from repositories, and from files.

    questions -> repository -> certificates -> analyse -> certificates that match -> keep

A question reveals itself, so it is recorded as a disclosure before the first request. The certificates are claims of
their source, unproven until a log confirms them.
"""
