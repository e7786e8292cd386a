"""Values into text: `shapes` makes the JSON that other programs read, `tables` and `words` what people read."""
