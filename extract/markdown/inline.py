"""Inline content to runs and plain text, with a fast path for simple texts.

Two thirds of all texts in real profiles have no markup, and nearly all others have only simple `**bold**` or
`[text](/page/)`. One regular expression reads these; it only matches markup that is unambiguous under CommonMark's
flanking rules. The parser reads all other texts. Tests compare the two on generated and real texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from steckbrief.extract.limits import MOST_BRACKETS
from steckbrief.extract.markdown import PARSER
from steckbrief.extract.model import References, Run

# The characters at which inline markup can start.
_MARKUP = re.compile(r"[\\`*_\[<]|&#?\w+;")
# Longer texts are not cached, so the caches stay below 50 MB for any source.
_LONGEST_CACHED = 2_000
# Spaces before a line end (a hard break, or dropped) and after it (always dropped).
_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_PLAIN = r"[^\\`*_\[\]<>!&\n]"
# Bold text follows a space or starts the text, begins with a letter or digit, and is followed by a space, the end or
# plain punctuation. A link leads to a path or web address without characters that could be escaped or encoded.
_SIMPLE = re.compile(
    r"(?P<text>[^\\`*_\[<!&]+|!(?!\[)|&(?!#?\w+;))"
    rf"|(?<![^ \n])\*\*(?P<bold>(?=[^\W_]){_PLAIN}*[^\s\\`*_\[\]<>!&])\*\*(?=[ \n.,:;?)]|\Z)"
    rf"|\[(?P<label>{_PLAIN}+)\]\((?P<url>(?:https?:/|)/[A-Za-z0-9/.?=#-]*)\)"
)


def inline_runs(source: str, references: References) -> tuple[Run, ...]:
    """Read the inline source of one block into runs; adjacent runs with the same formatting are joined.

    `references` are the document's link reference definitions. If there are any, plain brackets may be links, so the
    parser decides.

    >>> [run.text for run in inline_runs("**Krita:** paints", {})]
    ['Krita:', ' paints']
    """
    if references and "[" in source:
        return _trimmed(_parsed(source.strip(), references))
    return _cached_runs(source) if len(source) <= _LONGEST_CACHED else _runs(source)


def has_too_many_brackets(source: str, references: References) -> bool:
    """Return whether an inline source is read as plain text because of its many brackets (see MOST_BRACKETS)."""
    return source.count("[") > MOST_BRACKETS and (bool(references) or _simple_runs(source.strip()) is None)


def _parsed(source: str, references: References) -> Sequence[Run]:
    return [Run(source)] if source.count("[") > MOST_BRACKETS else PARSER.parse_inline(source, references)


def _runs(source: str) -> tuple[Run, ...]:
    stripped = source.strip()
    simple = _simple_runs(stripped) if _MARKUP.search(stripped) else [Run(stripped)] if stripped else []
    return _trimmed(_parsed(stripped, {}) if simple is None else simple)


# Several tables read the runs of the same text, and profiles share many texts.
_cached_runs = lru_cache(maxsize=8_192)(_runs)


def _simple_runs(source: str) -> list[Run] | None:
    """Return the runs of a text with only simple bold and links, or None if the parser must decide."""
    runs: list[Run] = []
    text = ""
    end = links = 0
    for match in _SIMPLE.finditer(source):
        if match.start() != end:
            return None
        end = match.end()
        if match["text"] is not None:
            text += match["text"]
            continue
        if text:
            runs.append(Run(text))
            text = ""
        if match["bold"] is not None:
            runs.append(Run(match["bold"], strong=True))
        else:
            links += 1
            runs.append(Run(match["label"], link=links, url=match["url"]))
    if text:
        runs.append(Run(text))
    return runs if end == len(source) else None


def _trimmed(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Remove the spaces around line breaks, which have no meaning and which the parser leaves in some places."""
    return tuple(
        Run(_BREAK.sub("\n", run.text), run.kind, run.strong, run.link, run.url) if "\n" in run.text else run
        for run in runs
    )


def runs_text(runs: Iterable[Run]) -> str:
    r"""Return the plain text of runs, with line breaks and repeated white space as one space.

    >>> runs_text([Run("a  b\n"), Run("c", strong=True)])
    'a b c'
    """
    return " ".join("".join(run.text for run in runs).split())


def plain_text(source: str, references: References) -> str:
    """Return the plain text of an inline source.

    >>> plain_text("**Krita** is [free](/free/)", {})
    'Krita is free'
    """
    if references and "[" in source:
        return runs_text(inline_runs(source, references))
    return _cached_plain_text(source) if len(source) <= _LONGEST_CACHED else _plain_text(source)


def _plain_text(source: str) -> str:
    return runs_text(inline_runs(source, {})) if _MARKUP.search(source) else " ".join(source.split())


_cached_plain_text = lru_cache(maxsize=8_192)(_plain_text)
