"""Formats of a gate: SARIF, JUnit, lines for a terminal, and the baseline. Values of people are masked unless somebody
asks for them."""
