"""The one polite HTTP client, its transports, rate limits, decoding, and the guard against URLs from certificates."""
