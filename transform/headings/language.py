"""The language of a text, detected by the stop words of the vocabularies."""

from __future__ import annotations

from steckbrief.transform.headings.vocabulary import vocabularies

UNKNOWN = "und"
# Running text in these languages has 25 to 45 stop words per hundred words; names and lists of nouns have few.
_LEAST_SHARE = 0.08
_LEAST_WORDS = 5
# Words examined, evenly spread over the text: they include a hundred stop words or more, at a constant cost.
_SAMPLE = 400
# A text that quotes another language keeps its own; a text that is half and half is unknown.
_LEAST_LEAD = 1.5


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language whose stop words `text` uses most; "und" if that is not clear.

    >>> detect_language("It is a program for all of us, and it is free."), detect_language("Krita, GIMP, Blender")
    ('en', 'und')
    """
    words = text.casefold().split()
    words = words[:: len(words) // _SAMPLE + 1]
    total = len(words)
    scores = sorted(
        ((sum(map(vocabulary.stop_words.__contains__, words)), vocabulary.language) for vocabulary in vocabularies()),
        reverse=True,
    )
    best, language = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0
    clear = best >= _LEAST_WORDS and best >= _LEAST_SHARE * total and best >= _LEAST_LEAD * second
    return language if clear else UNKNOWN
