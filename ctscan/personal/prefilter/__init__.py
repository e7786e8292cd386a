"""The hot path: drop entries that are known to be impersonal before the full reading."""
