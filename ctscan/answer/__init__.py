"""Answers: look-ups with their completeness, reports on logs, and offline checks of evidence."""
