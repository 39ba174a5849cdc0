"""Markdown to blocks and inline runs: the only module that knows markdown-it-py.

Belongs here: everything that touches the parser's tokens, and the two places where we differ from strict CommonMark
(a heading glued to an HTML line; GFM tables). Does not belong here: sections, or what any of it means.

Cost is the reason for two shapes in here. Inline content is parsed only when asked for, since it costs as much as
the blocks do. And block rules are tried by the first character of a line: markdown-it-py tries all of them on every
line, although each but the paragraph can only start with its own characters. The result is the same, at about six
tenths of the time (tests compare both on generated and real files).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from extract.limits import DEFAULT_LIMITS
from extract.model import Block, BlockKind, Run

_Rule = Callable[[StateBlock, int, int, bool], bool]

# The characters a block can start with (CommonMark 0.31, chapter 4 and 5; GFM tables). A rule that is not named can
# start with any character.
_STARTS = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "-*_",
    "list": "-*+0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
# Content indented by four columns is code, whatever it starts with.
_CODE_INDENT = 4
_ATX_HEADING = re.compile(r"^ {0,3}#{1,6}(?:[ \t]|$)", re.MULTILINE)
# HTML blocks of the kinds that end with their own end mark, not with a blank line (CommonMark 4.6, conditions 1-5).
_SELF_ENDING_HTML = re.compile(r"<(?:script|pre|style|textarea|!--|\?|![A-Za-z]|!\[CDATA\[)", re.IGNORECASE)


def _html_up_to_heading(html_block: _Rule) -> _Rule:
    """Let an HTML block end before a heading line.

    Strict CommonMark swallows "## Heading" on the line after "</figure>" into the HTML block; to its author it is a
    heading, and its section would vanish. The search for the next heading is indexed once per file, so that it
    stays linear.
    """

    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if state.level == 0 and not _SELF_ENDING_HTML.match(
            state.src, state.bMarks[start] + state.tShift[start]
        ):
            headings = state.env.get("heading_lines")
            if headings is None:
                offsets = [match.start() for match in _ATX_HEADING.finditer(state.src)]
                headings = state.env["heading_lines"] = [bisect_right(state.bMarks, at) - 1 for at in offsets]
            following = bisect_right(headings, start)
            if following < len(headings):
                end = min(end, headings[following])
        return html_block(state, start, end, silent)

    return rule


class _DispatchingBlockParser(ParserBlock):
    """markdown-it-py's block parser, trying only the rules that the first character of a line allows."""

    def prepare(self) -> None:
        """Build the dispatch table once all rules are configured."""
        names = self.ruler.get_active_rules()
        rules = dict(zip(names, self.ruler.getRules(""), strict=True))
        self._all: tuple[_Rule, ...] = tuple(rules.values())
        usual = [name for name in names if name != "code"]
        self._any = tuple(rules[name] for name in usual if name not in _STARTS)
        self._by_start = {
            character: tuple(rules[name] for name in usual if character in _STARTS.get(name, character))
            for character in "".join(_STARTS.values())
        }
        # The paragraph rule comes last and always matches; before a blank line nothing else can.
        self._last = (rules["paragraph"],)

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803  (overridden names)
        """Generate tokens for a range of lines; the same loop as in ParserBlock, with fewer rules tried."""
        marks, shifts, ends, indents = state.bMarks, state.tShift, state.eMarks, state.sCount
        line, saw_blank = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or indents[line] < state.blkIndent:
                break
            if state.level >= state.md.options.maxNesting:
                state.env["nesting_exceeded"] = min(line, state.env.get("nesting_exceeded", line))
                state.line = endLine
                break
            for rule in self._candidates(state, line):
                if rule(state, line, endLine, False):
                    break
            state.tight = not saw_blank
            line = state.line
            if line - 1 < endLine and marks[line - 1] + shifts[line - 1] >= ends[line - 1]:
                saw_blank = True
            if line < endLine and marks[line] + shifts[line] >= ends[line]:
                saw_blank = True
                line += 1
                state.line = line

    def _candidates(self, state: StateBlock, line: int) -> tuple[_Rule, ...]:
        if state.sCount[line] - state.blkIndent >= _CODE_INDENT:
            return self._all
        rules = self._by_start.get(state.src[state.bMarks[line] + state.tShift[line]])
        if rules is not None:
            return rules
        following = line + 1
        if state.bMarks[following] + state.tShift[following] >= state.eMarks[following]:
            return self._last
        return self._any


def _block_parser(nesting: int) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": nesting})
    parser.block = _DispatchingBlockParser()
    parser.configure("commonmark", {"maxNesting": nesting}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    html_block = dict(
        zip(parser.block.ruler.get_active_rules(), parser.block.ruler.getRules(""), strict=True)
    )
    parser.block.ruler.at("html_block", _html_up_to_heading(html_block["html_block"]), {"alt": _HTML_ALT})
    parser.block.prepare()
    return parser


# What an HTML block may interrupt, as markdown-it-py registers it.
_HTML_ALT = ["paragraph", "reference", "blockquote"]
_BLOCKS = _block_parser(DEFAULT_LIMITS.nesting)
_INLINE = MarkdownIt("commonmark")

_CONTAINERS = {
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "list_item_open": BlockKind.ITEM,
    "blockquote_open": BlockKind.QUOTE,
    "table_open": BlockKind.TABLE,
    "tr_open": BlockKind.TABLE_ROW,
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "th_open": BlockKind.TABLE_CELL,
    "td_open": BlockKind.TABLE_CELL,
}
_LEAVES = {
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "html_block": BlockKind.HTML,
    "hr": BlockKind.RULE,
}
# Their one child is inline content, which becomes the block's text.
_TEXT_BLOCKS = {BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.TABLE_CELL}


def parse_blocks(text: str, first_line: int) -> tuple[tuple[Block, ...], Mapping[str, object], int | None]:
    """Parse Markdown into blocks.

    `text` is the body, `first_line` the line of the file on which it starts. Returns the top-level blocks with their
    lines in the file, the link reference definitions (to be given to `parse_inline`), and the line from which
    content was nested too deep to be followed (None: nowhere).
    """
    env: dict[str, object] = {}
    tokens = _BLOCKS.parse(text, env)
    stripped = [not line.strip() for line in re.split(r"\r\n|\n|\r", text)]
    blocks = _Builder(tokens, first_line, stripped).build()
    exceeded = env.get("nesting_exceeded")
    references = env.get("references", {})
    assert isinstance(references, Mapping)  # noqa: S101  (what markdown-it-py documents)
    return blocks, references, exceeded + first_line if isinstance(exceeded, int) else None


class _Builder:
    """Token stream to tree. markdown-it-py ends containers after trailing blank lines; we end them before."""

    def __init__(self, tokens: Sequence[Token], first_line: int, blank: Sequence[bool]) -> None:
        self._tokens = iter(tokens)
        self._first_line = first_line
        self._blank = blank

    def build(self) -> tuple[Block, ...]:
        return tuple(self._siblings((0, 0)))

    def _siblings(self, around: tuple[int, int]) -> Iterator[Block]:
        """The blocks up to the closing token of their parent; `around` stands in where a token has no lines."""
        for token in self._tokens:
            if token.nesting < 0:
                return
            start, end = token.map or around
            kind = _CONTAINERS.get(token.type)
            if kind is not None:
                yield self._container(kind, token, start, end)
            elif token.type in _LEAVES:
                yield self._block(_LEAVES[token.type], start, end, text=token.content)
            elif token.nesting > 0:
                # thead and tbody carry nothing of their own.
                yield from self._siblings((start, end))

    def _container(self, kind: BlockKind, token: Token, start: int, end: int) -> Block:
        if kind not in _TEXT_BLOCKS:
            number = f"{token.info}." if kind is BlockKind.ITEM and token.info else ""
            return self._block(kind, start, end, text=number, children=tuple(self._siblings((start, end))))
        text = next(self._tokens).content
        next(self._tokens)
        level = int(token.tag[1]) if kind is BlockKind.HEADING else 0
        return self._block(kind, start, end, text=text, level=level)

    def _block(
        self,
        kind: BlockKind,
        start: int,
        end: int,
        text: str = "",
        level: int = 0,
        children: tuple[Block, ...] = (),
    ) -> Block:
        while end - 1 > start and (end > len(self._blank) or self._blank[end - 1]):
            end -= 1
        return Block(kind, start + self._first_line, end - 1 + self._first_line, text, level, children)


def parse_inline(source: str, references: Mapping[str, object]) -> tuple[Run, ...]:
    """Parse the inline source of one block into runs; line breaks become "\\n", HTML tags empty runs."""
    tokens = _INLINE.parseInline(source, {"references": dict(references)} if references else {})
    return tuple(_runs(tokens[0].children or ())) if tokens else ()


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    strong = links = 0
    link: int | None = None
    url: str | None = None
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "link_open":
                links += 1
                link, url = links, str(token.attrs.get("href", ""))
            case "link_close":
                link = url = None
            case "image":
                source = str(token.attrs.get("src", ""))
                yield Run(token.content, "image", strong > 0, link, source)
            case "softbreak" | "hardbreak":
                yield Run("\n", "text", strong > 0, link, url)
            case "code_inline":
                yield Run(token.content, "code", strong > 0, link, url)
            case "html_inline":
                yield Run("", "html", strong > 0, link, url)
            case "text":
                if token.content:
                    yield Run(token.content, "text", strong > 0, link, url)
