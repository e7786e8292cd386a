"""National schemes, a module for each country or region."""
