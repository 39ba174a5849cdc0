"""Markdown parsers: one module per parser, with the interface in parser.py."""

from __future__ import annotations

from typing import Final

from steckbrief.extract.markdown import commonmark
from steckbrief.extract.markdown.parser import MarkdownParser

PARSER: Final[MarkdownParser] = commonmark
"""The parser that reads profiles."""
