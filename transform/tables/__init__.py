"""The tables of one profile: a module for each shape, and which one reads which table."""
