"""Texts that people paste as identifiers: what stands around them, labels, and every meaning that they may have."""
