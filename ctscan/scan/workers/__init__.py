"""Logs side by side: one process or several, their progress and throughput."""
