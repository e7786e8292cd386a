"""The index in an SQLite file: every role of `index.protocols`."""
