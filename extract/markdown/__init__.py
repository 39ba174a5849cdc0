"""Markdown: one module per parser, and what every parser's output becomes."""
