"""The kind of a heading, decided by the vocabulary.

A heading is normalised first (case, own title, umlauts, punctuation). A phrase or pattern that covers all of it decides
at once. Otherwise its first clause (before a colon or dash) is split into thoughts at "and" and commas. A thought has
the kind of its words; words before a preposition count first ("Kosten für Teams" is about costs). Then:

- Pros and cons in one heading make a container, `pros_cons`.
- The first thought decides if no other core kind follows ("Preise und Einführung" is pricing).
- A heading is `ambiguous` if it has two core kinds, a core kind only after the first thought ("Quality and limits"), or
  a negated core kind outside a phrase ("what we do not like" is a phrase). It is reported, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from steckbrief.transform.headings.entries import in_thought, joined, pattern_entry, phrase_entry, word_entry
from steckbrief.transform.headings.letters import TRANSLITERATED, without_accents
from steckbrief.transform.headings.vocabulary import CORE_KINDS, Vocabulary, vocabularies

AMBIGUOUS = "ambiguous"
OTHER = "other"

_AND_SIGN = re.compile(r"\s*[&+/]\s*")
_NUMBERING = re.compile(r"^\s*(?:\d+[.)]|[^\w\s]+)\s+")
_DASH = re.compile(r"\s+[-–—|]\s+|[–—|]|:\s+")
_NOISE = re.compile(r"[^\w\s&,:]|_")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind of a heading; `language` and `entry` name the vocabulary entry that decided."""

    kind: str
    language: str | None = None
    entry: str = "no entry"


def normalise_heading(heading: str, title: str) -> str:
    """Return a heading (plain text) in the form of the vocabulary; the product's own title becomes "x".

    >>> normalise_heading("2. Für wen ist Krita geeignet?", "Krita")
    'fuer wen ist x geeignet'
    """
    text = _fold(heading)
    name = _fold(title)
    if name and name in text:
        text = f" {text} ".replace(f" {name} ", " x ").strip()
    return text


@lru_cache(maxsize=50_000)  # the same titles and headings recur
def _fold(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.casefold())
    folded = without_accents(_NUMBERING.sub("", composed).translate(TRANSLITERATED))
    folded = _DASH.sub(" : ", _AND_SIGN.sub(" & ", folded))
    return _SPACES.sub(" ", _NOISE.sub(" ", folded).replace(",", " , ")).strip(" ,:&") or " ".join(text.split())


def classify_heading(heading: str, title: str, language: str) -> Verdict:
    """Return the kind of section that a heading announces, "other" if no vocabulary knows one.

    Real profiles mix languages, so a phrase in any vocabulary decides, the profile's language first. Otherwise two
    vocabularies are consulted: the one with most of the heading's function words ("for", "der", "les"), and then the
    one of the profile. If a heading has no function words, all vocabularies are consulted, the profile's first.

    Args:
        heading: the plain text of the heading.
        title: the plain text of the product's title.
        language: the language of the profile.

    >>> classify_heading("Advantages of Krita", "Krita", "en").kind
    'pros'
    >>> classify_heading("Quality and limits", "Krita", "en").kind
    'ambiguous'
    """
    normalised = normalise_heading(heading, title)
    verdict = _classify(normalised, language)
    if verdict.kind in (OTHER, AMBIGUOUS) and "x" in normalised and " " not in (name := _fold(title)):
        # A product may be called "Plus" or "Limits": its name is then a word of the vocabulary too.
        unmasked = _fold(heading) if _classify(name, language).kind in CORE_KINDS else normalised
        verdict = _classify(unmasked, language)
    return verdict


@lru_cache(maxsize=50_000)  # one entry is under 200 bytes; sites repeat a few thousand headings
def _classify(normalised: str, language: str) -> Verdict:
    own_first = sorted(vocabularies(), key=lambda vocabulary: vocabulary.language != language)
    by_phrase = (_phrase(_first_clause(normalised, vocabulary), vocabulary) for vocabulary in own_first)
    if verdict := next(filter(None, by_phrase), None):
        return verdict
    words = set(normalised.split())
    counts = [len(words & vocabulary.function_words) for vocabulary in own_first]
    most = max(counts, default=0)
    ranked = sorted(zip(counts, own_first, strict=True), key=lambda pair: -pair[0])
    consulted = (vocabulary for count, vocabulary in ranked if count == most or vocabulary.language == language)
    verdicts = (_by_vocabulary(_first_clause(normalised, vocabulary), vocabulary) for vocabulary in consulted)
    return next((verdict for verdict in verdicts if verdict.kind != OTHER), Verdict(OTHER))


def _first_clause(normalised: str, vocabulary: Vocabulary) -> str:
    """Return the text before a colon or dash, with conjunctions as "&". A clause that is only the title is skipped."""
    tokens = normalised.removeprefix("x : ").split(" : ", 1)[0].split(" ")
    return " ".join("&" if token in vocabulary.conjunctions else token for token in tokens).strip(" &")


def _by_vocabulary(clause: str, vocabulary: Vocabulary) -> Verdict:
    verdict = _whole(clause, vocabulary) or _by_thoughts(clause, vocabulary)
    negation = vocabulary.negations.search(clause) if verdict.kind in CORE_KINDS else None
    if negation:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{verdict.entry}, negated by '{negation.group()}'")
    return verdict


def _phrase(text: str, vocabulary: Vocabulary) -> Verdict | None:
    kind = next((words.kind for words in vocabulary.kinds if text in words.phrases), None)
    return Verdict(kind, vocabulary.language, phrase_entry(kind, text)) if kind else None


def _whole(text: str, vocabulary: Vocabulary) -> Verdict | None:
    """Return the kind of a phrase or pattern that covers all of `text`."""
    if verdict := _phrase(text, vocabulary):
        return verdict
    for words in vocabulary.kinds:
        match = words.patterns.match(text) if words.patterns else None
        if match and match.end() == len(text):
            return Verdict(words.kind, vocabulary.language, pattern_entry(words, text))
    return None


def _by_thoughts(clause: str, vocabulary: Vocabulary) -> Verdict:
    verdicts = [
        replace(verdict, entry=in_thought(verdict.entry, thought, clause))
        for thought in _thoughts(clause, vocabulary)
        for verdict in (_whole(thought, vocabulary) or _by_words(thought, vocabulary),)
    ]
    known = joined(verdict.entry for verdict in verdicts if verdict.kind != OTHER)
    core = {verdict.kind for verdict in verdicts if verdict.kind in (*CORE_KINDS, AMBIGUOUS)}
    if core and core <= {"pros", "cons", "pros_cons"} and ("pros_cons" in core or len(core) > 1):
        return Verdict("pros_cons", vocabulary.language, known)
    if len(core) > 1:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{known}: more than one core kind")
    if core and verdicts[0].kind not in core:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{known}: a core kind, but not in the first thought")
    return next((verdict for verdict in verdicts if verdict.kind != OTHER), Verdict(OTHER))


def _thoughts(clause: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the parts of a clause, without relative clauses ("..., die im Alltag zählen"), which announce nothing."""
    for number, part in enumerate(clause.split(" , ")):
        first, *others = (thought.strip(" &") for thought in part.split(" & "))
        if not (number and _is_relative(first, vocabulary)):
            yield first
        yield from others


def _is_relative(thought: str, vocabulary: Vocabulary) -> bool:
    first, *others = thought.split() or [""]
    starts = first in vocabulary.relatives - vocabulary.question_words and len(others) > 1
    return starts and not (_carries(others[0], vocabulary) or _whole(thought, vocabulary))


def _carries(word: str, vocabulary: Vocabulary) -> bool:
    return any(words.words and words.words.fullmatch(word) for words in vocabulary.kinds)


def _by_words(thought: str, vocabulary: Vocabulary) -> Verdict:
    """Return the kind of the words before the first preposition, or after it if those before add nothing."""
    known = _known_words(thought, vocabulary)
    inside = {offset for word in known for offset in range(word.start + 1, word.end)}
    prepositions = (
        word
        for word in _WORD.finditer(thought)
        if word.start() and word.group() in vocabulary.prepositions and word.start() not in inside
    )
    cut = next(prepositions, None)
    if cut is None:
        return _kind_of(known, vocabulary)
    verdict = _kind_of([word for word in known if word.start < cut.start()], vocabulary)
    adds_nothing = not vocabulary.fillers.isdisjoint(thought[: cut.start()].split())
    if verdict.kind in (*CORE_KINDS, AMBIGUOUS) or not (verdict.kind == OTHER or adds_nothing):
        return verdict
    after = _kind_of([word for word in known if word.start > cut.start()], vocabulary)
    if after.kind in CORE_KINDS and not adds_nothing:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{after.entry}, after the preposition '{cut.group()}'")
    return after if after.kind in CORE_KINDS or verdict.kind == OTHER else verdict


@dataclass(frozen=True, slots=True)
class _Known:
    """A word or fixed group of words ("fields of use") that carries a kind, with its offsets."""

    kind: str
    rank: int
    text: str
    start: int
    end: int


def _known_words(text: str, vocabulary: Vocabulary) -> list[_Known]:
    """Return the words in `text` that carry a kind, in order, without those inside a longer group ("terms of use")."""
    known = [
        _Known(words.kind, rank, match.group(), match.start(), match.end())
        for rank, words in enumerate(vocabulary.kinds)
        if words.words
        for match in words.words.finditer(text)
    ]
    outermost: list[_Known] = []
    for word in sorted(known, key=lambda word: (word.start, -word.end)):
        last = outermost[-1] if outermost else None
        if last is None or word.end > last.end or (word.start, word.end) == (last.start, last.end):
            outermost.append(word)
    return outermost


def _kind_of(known: Sequence[_Known], vocabulary: Vocabulary) -> Verdict:
    """Return the kind of known words: a core kind wins over a finer one, and two core kinds are ambiguous."""
    core = {word.kind: word for word in known if word.kind in CORE_KINDS}
    if len(core) > 1:
        entries = joined(word_entry(vocabulary.kinds[word.rank], word.text) for word in core.values())
        return Verdict(AMBIGUOUS, vocabulary.language, f"{entries}: more than one core kind")
    deciding = min(core.values() or known, key=lambda word: word.rank, default=None)
    if deciding is None:
        return Verdict(OTHER)
    return Verdict(deciding.kind, vocabulary.language, word_entry(vocabulary.kinds[deciding.rank], deciding.text))
