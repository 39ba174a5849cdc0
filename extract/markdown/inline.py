"""Inline content to runs and plain text, with a short cut past the parser for plain prose.

Two thirds of all texts in real profiles hold no markup, and nearly all others hold nothing but `**bold**` or
`[text](/page/)` in their simplest form. Those are read by one regular expression whose every match is beyond doubt
under CommonMark's flanking rules; all else goes to the parser (tests compare the two on generated and real text).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from steckbrief.extract.limits import MOST_BRACKETS
from steckbrief.extract.markdown import PARSER
from steckbrief.extract.model import References, Run

# Where inline markup can start: nowhere else does text mean anything but itself.
_MARKUP = re.compile(r"[\\`*_\[<]|&#?\w+;")
# Longer texts are not kept, so that what is kept stays within some 50 MB whatever a source holds.
_LONGEST_KEPT = 2_000
# Spaces before a line end (a hard break, or dropped) and after it (always dropped).
_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_PLAIN = r"[^\\`*_\[\]<>!&\n]"
# Bold: starts a text or follows a space, and holds a letter or digit at its start; is followed by a space, the end or
# plain punctuation. Link: to a path or web address without any character that could be escaped or encoded.
_SIMPLE = re.compile(
    r"(?P<text>[^\\`*_\[<!&]+|!(?!\[)|&(?!#?\w+;))"
    rf"|(?<![^ \n])\*\*(?P<bold>(?=[^\W_]){_PLAIN}*[^\s\\`*_\[\]<>!&])\*\*(?=[ \n.,:;?)]|\Z)"
    rf"|\[(?P<label>{_PLAIN}+)\]\((?P<url>(?:https?:/|)/[A-Za-z0-9/.?=#-]*)\)"
)


def inline_runs(source: str, references: References) -> tuple[Run, ...]:
    """Read the inline source of one block into runs; neighbours of the same formatting are one run.

    `references` are the document's link reference definitions; where there are any, plain brackets may be links and
    the parser decides.
    """
    if references and "[" in source:
        return _trimmed(_parsed(source.strip(), references))
    return _kept_runs(source) if len(source) <= _LONGEST_KEPT else _runs(source)


def has_too_many_brackets(source: str, references: References) -> bool:
    """Whether an inline source is taken as plain text, because its brackets would cost too much (MOST_BRACKETS)."""
    return source.count("[") > MOST_BRACKETS and (bool(references) or _simple_runs(source.strip()) is None)


def _parsed(source: str, references: References) -> Sequence[Run]:
    return [Run(source)] if source.count("[") > MOST_BRACKETS else PARSER.parse_inline(source, references)


def _runs(source: str) -> tuple[Run, ...]:
    stripped = source.strip()
    simple = _simple_runs(stripped) if _MARKUP.search(stripped) else [Run(stripped)] if stripped else []
    return _trimmed(_parsed(stripped, {}) if simple is None else simple)


# Every table that reads a text asks for its runs; and a text of one profile often stands in many.
_kept_runs = lru_cache(maxsize=8_192)(_runs)


def _simple_runs(source: str) -> list[Run] | None:
    """The runs of a text that holds only the simplest bold and links; None where the parser must decide."""
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
    """Runs without the spaces around line breaks: the parser leaves some, and they mean nothing."""
    return tuple(
        Run(_BREAK.sub("\n", run.text), run.kind, run.strong, run.link, run.url) if "\n" in run.text else run
        for run in runs
    )


def runs_text(runs: Iterable[Run]) -> str:
    """The plain text of runs: markup dropped, line breaks and repeated white space folded into one space."""
    return " ".join("".join(run.text for run in runs).split())


def plain_text(source: str, references: References) -> str:
    """The plain text of an inline source."""
    if references and "[" in source:
        return runs_text(inline_runs(source, references))
    return _kept_plain_text(source) if len(source) <= _LONGEST_KEPT else _plain_text(source)


def _plain_text(source: str) -> str:
    return runs_text(inline_runs(source, {})) if _MARKUP.search(source) else " ".join(source.split())


_kept_plain_text = lru_cache(maxsize=8_192)(_plain_text)
