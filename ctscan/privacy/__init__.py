"""The promises of ctscan about the personal data that it handles."""
