"""Reports of exposure: figures, scores, change, advice, and rounding for publication, from the counts of an index."""
