"""Documents to rows: pure functions that classify sections by a vocabulary and read every table from them."""
