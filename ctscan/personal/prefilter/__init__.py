"""Hot path: drops entries that are known to be impersonal before the full reading."""
