"""Letters of a case: as documents for word processors, and as lists."""
