"""Log protocols, one file each, and the log lists that name logs."""
