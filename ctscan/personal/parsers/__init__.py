"""Readers of typed values: numbers, telephone numbers, dates, structures, composite texts. Rules are made of them."""
