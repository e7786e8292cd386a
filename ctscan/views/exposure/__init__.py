"""Reports of exposure for people and programs: HTML, PDF, CSV, spreadsheets."""
