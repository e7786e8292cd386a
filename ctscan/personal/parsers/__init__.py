"""Parsers of typed values that rules are built from: numbers, telephone numbers, dates, structures, composite texts."""
