"""Answers: look-ups with their completeness, and evidence checked offline."""
