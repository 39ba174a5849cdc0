"""The tables of one profile: one module per shape of row."""
