"""Headings: the kind of section that a heading opens, and the language of a text."""
