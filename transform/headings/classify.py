"""A heading's kind: how the vocabulary decides, and when it refuses to.

The rule. A heading is normalised (case, own title, umlauts, punctuation). A phrase or pattern that covers all of it
decides at once. Otherwise its first clause (before a colon or dash) is cut into thoughts at "and" and commas, and each
thought gets the kind of its words, those before a preposition first ("Kosten für Teams" is about costs). Then:

- pros and cons in one heading make a container, `pros_cons`;
- the first thought decides where all that follows is no other core kind ("Preise und Einführung" is pricing);
- two core kinds, a core kind that is not the first thought ("Quality and limits"), or a core kind negated other than in
  a phrase ("what we do not like") are `ambiguous`: reported, never guessed.
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
    """What a heading was taken for, and why: `language` and `entry` name the vocabulary entry that decided."""

    kind: str
    language: str | None = None
    entry: str = "no entry"


def normalise_heading(heading: str, title: str) -> str:
    """Bring a heading (plain text) into the form the vocabulary is written in; the product's own title becomes "x"."""
    text = _fold(heading)
    name = _fold(title)
    if name and name in text:
        text = f" {text} ".replace(f" {name} ", " x ").strip()
    return text


@lru_cache(maxsize=50_000)  # titles and headings come again and again
def _fold(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.casefold())
    folded = without_accents(_NUMBERING.sub("", composed).translate(TRANSLITERATED))
    folded = _DASH.sub(" : ", _AND_SIGN.sub(" & ", folded))
    return _SPACES.sub(" ", _NOISE.sub(" ", folded).replace(",", " , ")).strip(" ,:&") or " ".join(text.split())


def classify_heading(heading: str, title: str, language: str) -> Verdict:
    """Say what kind of section a heading announces.

    `heading` and `title` are plain text; `language` is the profile's language. Real profiles mix languages, so a phrase
    listed in any vocabulary decides, that of the profile first. Otherwise two are asked: the vocabulary whose function
    words ("for", "der", "les") the heading has most of, and that of the profile; where a heading has no such word, that
    of the profile and then all others. The first that knows a kind decides. Returns kind "other" where none does.
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
    own_first = sorted(vocabularies(), key=lambda each: each.language != language)
    listed = next(filter(None, (_phrase(_first_clause(normalised, each), each) for each in own_first)), None)
    if listed:
        return listed
    words = set(normalised.split())
    spoken = [len(words & each.function_words) for each in own_first]
    ranked = sorted(zip(spoken, own_first, strict=True), key=lambda each: -each[0])
    asked = (each for count, each in ranked if count == ranked[0][0] or each.language == language)
    found = (_by_vocabulary(_first_clause(normalised, each), each) for each in asked)
    return next((verdict for verdict in found if verdict.kind != OTHER), Verdict(OTHER))


def _first_clause(normalised: str, vocabulary: Vocabulary) -> str:
    """What stands before a colon or dash, conjunctions as "&"; a clause that is only the product's title is none."""
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
    """The kind of a phrase or pattern that covers all of `text`."""
    listed = _phrase(text, vocabulary)
    if listed:
        return listed
    for words in vocabulary.kinds:
        match = words.patterns.match(text) if words.patterns else None
        if match and match.end() == len(text):
            return Verdict(words.kind, vocabulary.language, pattern_entry(words, text))
    return None


def _by_thoughts(clause: str, vocabulary: Vocabulary) -> Verdict:
    found = [
        replace(verdict, entry=in_thought(verdict.entry, thought, clause))
        for thought in _thoughts(clause, vocabulary)
        for verdict in (_whole(thought, vocabulary) or _by_words(thought, vocabulary),)
    ]
    known = joined(verdict.entry for verdict in found if verdict.kind != OTHER)
    core = {verdict.kind for verdict in found if verdict.kind in (*CORE_KINDS, AMBIGUOUS)}
    if core and core <= {"pros", "cons", "pros_cons"} and ("pros_cons" in core or len(core) > 1):
        return Verdict("pros_cons", vocabulary.language, known)
    if len(core) > 1:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{known}: more than one core kind")
    if core and found[0].kind not in core:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{known}: a core kind, but not in the first thought")
    return next((verdict for verdict in found if verdict.kind != OTHER), Verdict(OTHER))


def _thoughts(clause: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The parts of a clause, without relative clauses ("..., die im Alltag zählen"), which announce nothing."""
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
    """The kind of the words before the first preposition; behind it only where those before add nothing."""
    found = _known_words(thought, vocabulary)
    inside = {offset for each in found for offset in range(each.start + 1, each.end)}
    prepositions = (
        word
        for word in _WORD.finditer(thought)
        if word.start() and word.group() in vocabulary.prepositions and word.start() not in inside
    )
    cut = next(prepositions, None)
    if cut is None:
        return _kind_of(found, vocabulary)
    verdict = _kind_of([each for each in found if each.start < cut.start()], vocabulary)
    adds_nothing = not vocabulary.fillers.isdisjoint(thought[: cut.start()].split())
    if verdict.kind in (*CORE_KINDS, AMBIGUOUS) or not (verdict.kind == OTHER or adds_nothing):
        return verdict
    behind = _kind_of([each for each in found if each.start > cut.start()], vocabulary)
    if behind.kind in CORE_KINDS and not adds_nothing:
        return Verdict(AMBIGUOUS, vocabulary.language, f"{behind.entry}, behind the preposition '{cut.group()}'")
    return behind if behind.kind in CORE_KINDS or verdict.kind == OTHER else verdict


@dataclass(frozen=True, slots=True)
class _Known:
    """A word, or a fixed group of words such as "fields of use", that carries a kind, and where it stands."""

    kind: str
    rank: int
    text: str
    start: int
    end: int


def _known_words(text: str, vocabulary: Vocabulary) -> list[_Known]:
    """The words in `text` that carry a kind, in order; those inside a longer group ("terms of use") do not count."""
    found = [
        _Known(words.kind, rank, match.group(), match.start(), match.end())
        for rank, words in enumerate(vocabulary.kinds)
        if words.words
        for match in words.words.finditer(text)
    ]
    kept: list[_Known] = []
    widest: _Known | None = None
    for each in sorted(found, key=lambda known: (known.start, -known.end)):
        if widest is None or each.end > widest.end or (each.start, each.end) == (widest.start, widest.end):
            kept.append(each)
            widest = each
    return kept


def _kind_of(found: Sequence[_Known], vocabulary: Vocabulary) -> Verdict:
    """The kind of known words: a core kind before a finer one, two different core kinds are ambiguous."""
    core = {each.kind: each for each in found if each.kind in CORE_KINDS}
    if len(core) > 1:
        entries = joined(word_entry(vocabulary.kinds[each.rank], each.text) for each in core.values())
        return Verdict(AMBIGUOUS, vocabulary.language, f"{entries}: more than one core kind")
    deciding = min(core.values() or found, key=lambda each: each.rank, default=None)
    if deciding is None:
        return Verdict(OTHER)
    return Verdict(deciding.kind, vocabulary.language, word_entry(vocabulary.kinds[deciding.rank], deciding.text))
