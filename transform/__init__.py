"""From documents to rows.

Gives sections a kind by the vocabulary (data, one TOML file per language) and reads features, pros, cons,
use cases, audiences, FAQs, alternatives and links from them. Pure functions without I/O; what a column is
stands in ``schema``.
"""
