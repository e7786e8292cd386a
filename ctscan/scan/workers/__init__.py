"""Logs side by side: processes, their progress and throughput."""
