"""The language a text is written in, from the stop words of the vocabularies."""

from __future__ import annotations

from steckbrief.transform.headings.vocabulary import vocabularies

UNKNOWN = "und"
# Running text of any of these languages has 25 to 45 stop words in a hundred; names and lists of nouns have few.
_LEAST_SHARE = 0.08
_LEAST_WORDS = 5
# Words looked at, evenly spread over the text: a hundred stop words or more, and the same cost for any length.
_SAMPLE = 400
# A text that quotes another language stays what it mostly is; one that is half and half is unknown.
_LEAST_LEAD = 1.5


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the vocabulary whose stop words `text` uses most; "und" where that is not clear."""
    words = text.casefold().split()
    words = words[:: len(words) // _SAMPLE + 1]
    total = len(words)
    scores = sorted(
        ((sum(map(each.stop_words.__contains__, words)), each.language) for each in vocabularies()), reverse=True
    )
    best, language = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0
    clear = best >= _LEAST_WORDS and best >= _LEAST_SHARE * total and best >= _LEAST_LEAD * second
    return language if clear else UNKNOWN
