"""Alerts in words and as data: messages of channels, and the lines of `ctscan alert`. Pure."""
