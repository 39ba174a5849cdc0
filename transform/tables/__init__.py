"""One module per table of rows that a profile yields."""
