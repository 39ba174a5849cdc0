"""Headings: which kind of section a heading opens, and in which language it is written."""
