"""One log: tree head, plan, verified reading, commit."""
