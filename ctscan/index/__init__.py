"""Index of findings, coverage and evidence: roles, their opener, a package for each database."""
