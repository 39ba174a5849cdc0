"""Limits on untrusted input, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one file may cost.

    file_bytes: a profile is 5 to 40 kB; two orders above that is a mistake, not a profile.
    front_matter_bytes: the front matter is read by a recursive C parser; real ones are under 3 kB.
    front_matter_depth: nested YAML collections; deeper ones exhaust that parser's stack (seen from about 5,000).
    front_matter_nodes: values after aliases are followed, so that a few lines of aliases cannot become gigabytes.
    nesting: block levels the Markdown parser follows (a list and its item are two); content below is kept as text.
    table_columns: columns of a table; each row is filled up to them, however short, and people read ten.
    table_cells: cells of all tables until those that follow are kept as text; a cell takes a kilobyte of memory.
    seconds: processor time until a file is given up; a profile takes 5 ms, so this one was made to be slow.
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
"""Opening brackets in one paragraph, heading or cell; with more it is plain text, unless all are the plainest links.

Each may start a link or an image, so the parser looks for the end of each, which costs a tenth of a millisecond and
more: 500 cost 70 ms at worst. No paragraph of a real profile has more than five.
"""
