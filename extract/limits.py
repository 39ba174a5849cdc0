"""Limits on untrusted input, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Limits for one file.

    file_bytes: a profile has 5 to 40 kB; a file a hundred times larger is not a profile.
    front_matter_bytes: the parsers of front matter are recursive; real front matter has less than 3 kB.
    front_matter_depth: nested collections; about 5,000 levels exhaust the stack of the YAML parser.
    front_matter_nodes: values after aliases are expanded; a few lines of aliases could become gigabytes.
    nesting: levels of blocks that are parsed (a list and its item are two); deeper content stays text.
    table_columns: columns of a table; the parser fills short rows up to this width.
    table_cells: cells of all tables of a file; a cell takes a kilobyte of memory, and later tables stay text.
    seconds: CPU time for a file; a profile takes 5 ms, so a file that takes seconds was made to be slow.
    """

    file_bytes: int = 5_000_000
    front_matter_bytes: int = 65_536
    front_matter_depth: int = 32
    front_matter_nodes: int = 10_000
    nesting: int = 60
    table_columns: int = 100
    table_cells: int = 100_000
    seconds: int = 20


DEFAULT_LIMITS = FileLimits()

MOST_BRACKETS = 500
"""Opening brackets in one paragraph, heading or cell; a text with more is plain text, unless it has only simple links.

The parser searches for the end of every bracket, which takes a tenth of a millisecond or more: 500 brackets take up to
70 ms. No paragraph of a real profile has more than five.
"""
