"""One profile as its tables read it: identity, headings, sections and texts, all computed once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from steckbrief.extract.markdown.inline import inline_runs, plain_text, runs_text
from steckbrief.extract.model import Block, BlockKind, Document, Run
from steckbrief.extract.text import lines
from steckbrief.transform.fields import FieldReader, with_known_keys
from steckbrief.transform.headings.language import detect_language
from steckbrief.transform.headings.phrases import HeadingReader
from steckbrief.transform.identity import RowIds, locale_code, slug_from_text
from steckbrief.transform.links import LinkReader
from steckbrief.transform.options import Options
from steckbrief.transform.paths import read_path
from steckbrief.transform.sections import Extent, extents, give_kinds
from steckbrief.transform.templates import Mask, shared_key
from steckbrief.transform.text import html_text, labels_link

_MAY_BE_LINK = re.compile(r"\[|<|https?:")
# Characters per section used for language detection: about sixty words, and never the whole text.
_LANGUAGE_SAMPLE = 400


class Reading:
    """One document, read for all tables.

    Attributes:
        document: the document, with front matter under the keys in transform.fields.KEYS.
        options: the site's settings.
        fields: reads the front matter and collects its problems.
        slug, locale, profile_id, title, language: the profile's identity.
        headings: classifies the headings of this profile.
        sections: all sections with their kind, heading and plain text.
        links: finds the targets of addresses in this profile.
    """

    def __init__(self, document: Document, options: Options) -> None:
        front_matter, names = with_known_keys(document.front_matter, options.aliases)
        self.document = document if not names else replace(document, front_matter=front_matter)
        self.options = options
        self._references = document.references
        self._lines: list[str] | None = None
        # Keyed by the id of the block, because blocks compare by value. The document keeps its blocks alive.
        self._texts: dict[int, str] = {}
        self.fields = FieldReader(front_matter, names)
        path = read_path(document.path, options)
        self.slug = self._named_slug() or path.slug
        self.locale = path.locale or self._named_locale() or options.default_locale
        self.profile_id = f"{self.locale}/{self.slug}"
        headings = [self.plain(section.heading) if section.heading else None for section in document.sections]
        texts = [self._read_texts(section.blocks) for section in document.sections]
        self.title = self.fields.text("title") or self._main_heading(headings) or self.slug
        self.language = detect_language("\n".join(text[:_LANGUAGE_SAMPLE] for text in texts if text))
        self.headings = HeadingReader(self.title, self.language, options.headings)
        self.sections = give_kinds(document.sections, headings, texts, self.headings)
        self.links = LinkReader(options, self.locale, document.path)
        self._extents = extents(self.sections)
        self._ids = RowIds(self.profile_id)
        self._mask = Mask(self.title, self.slug)

    def plain(self, source: str) -> str:
        """Return the plain text of an inline source."""
        return plain_text(source, self._references)

    def inline(self, source: str) -> tuple[Run, ...]:
        """Return the runs of an inline source."""
        return inline_runs(source, self._references)

    def runs(self, block: Block) -> tuple[Run, ...]:
        """Return the inline runs of a text block."""
        return inline_runs(block.text, self._references)

    def text(self, block: Block) -> str:
        """Return the plain text of a block and everything in it, on one line.

        Items of an ordered list inside it keep their numbers, because the text may refer to them. If the block itself
        is an item, its own number is markup.
        """
        text = self._texts.get(id(block))
        return self._own_text(block) if text is None else text

    def joined_text(self, blocks: Sequence[Block]) -> str:
        """Return the plain text of several blocks on one line."""
        return " ".join(text for block in blocks if (text := self.text(block)))

    def source(self, line_start: int, line_end: int) -> str:
        """Return the lines of the body between two lines of the file, inclusive."""
        sections = self.document.sections
        if self._lines is None:
            self._lines = lines("".join(section.markdown for section in sections))
        first = sections[0].line_start
        return "".join(self._lines[line_start - first : line_end - first + 1])

    def extents(self, kind: str) -> Sequence[Extent]:
        """Return every section of a core kind with its blocks; see transform.sections.extents."""
        return self._extents.get(kind, ())

    def is_furniture(self, block: Block) -> bool:
        """Return whether a block is not prose: a rule, raw HTML, an image, or a link with at most a label."""
        if block.kind in (BlockKind.RULE, BlockKind.HTML):
            return True
        if block.kind is not BlockKind.PARAGRAPH or not _MAY_BE_LINK.search(block.text):
            return False
        runs = [run for run in self.runs(block) if run.text.strip() and run.kind != "image"]
        return labels_link(runs_text([run for run in runs if run.link is None]))

    def is_bold_line(self, block: Block) -> bool:
        """Return whether a paragraph is all bold, like a sub-heading without heading markup."""
        if block.kind is not BlockKind.PARAGRAPH or not block.text.startswith(("**", "__")):
            return False
        return all(run.strong or not run.text.strip() for run in self.runs(block))

    def row_id(self, table: str, text: str) -> str:
        """Return the id of the next row of `table` with this text."""
        return self._ids.row_id(table, text)

    def shared_key(self, text: str | None) -> str:
        """Return the key that rows of several profiles share if their texts are equal once their names are masked."""
        return shared_key(self._mask(text or ""))

    def _named_slug(self) -> str | None:
        text = self.fields.text("slug") if self.options.slug_from == "front_matter" else None
        return slug_from_text(text) if text else None

    def _named_locale(self) -> str | None:
        text, locales = self.fields.text("locale"), self.options.locales
        return (locales.get(text.casefold()) or locale_code(text)) if text else None

    def _main_heading(self, headings: Sequence[str | None]) -> str | None:
        pairs = zip(self.document.sections, headings, strict=True)
        return next((heading or None for section, heading in pairs if section.level == 1 and section.heading), None)

    def _read_texts(self, blocks: Sequence[Block]) -> str | None:
        """Return the plain text of a section's blocks, one line per block; None if they contain no text."""
        return "\n".join([text for block in blocks if (text := self._read_text(block))]) or None

    def _read_text(self, block: Block) -> str:
        """Compute the texts of a block and of all blocks in it. The parser's nesting limit bounds the recursion."""
        if block.children:
            parts = []
            for child in block.children:
                text = self._read_text(child)
                if child.text and child.kind is BlockKind.ITEM:
                    text = f"{child.text} {text}".rstrip()
                if text:
                    parts.append(text)
            text = " ".join(parts)
        else:
            text = self._own_text(block)
        self._texts[id(block)] = text
        return text

    def _own_text(self, block: Block) -> str:
        if not block.text or block.kind is BlockKind.ITEM:
            return ""
        if block.kind is BlockKind.HTML:
            return html_text(block.text)
        if block.kind is BlockKind.CODE:
            return " ".join(block.text.split())
        return plain_text(block.text, self._references)
