"""Papers of a controller in words: the public notice and the record of processing."""
