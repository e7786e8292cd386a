"""The index in one SQLite file: every role of `index.protocols`."""
