"""Web addresses: which texts are one, and which of them open the same page."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from steckbrief.transform.identity import locale_code

_BLANK = re.compile(r"\s")
_HAS_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# The first label of "de.krita.org" is a language; that of "de.org" is not.
_LEAST_LABELS = 3


def is_web_address(text: str) -> bool:
    """Return whether `text` is a complete http or https address, with a dot in its host and no white space.

    >>> is_web_address("https://krita.org"), is_web_address("krita.org"), is_web_address("https://krita")
    (True, False, False)
    """
    parts = _split(text)
    host = (parts.hostname or "") if parts else ""
    labels = host.rstrip(".").split(".")
    return bool(
        parts and parts.scheme in ("http", "https") and len(labels) > 1 and all(labels) and not _BLANK.search(text)
    )


def comparable_address(url: str, *, localised: bool = False) -> str:
    """Return `url` without scheme, "www.", capitals in the host, final slash and fragment, for comparisons.

    With `localised`, languages in host, path and query are removed too, so that the language versions of a page are
    equal. A malformed address is returned unchanged.

    >>> comparable_address("http://www.Krita.org/features/#top")
    'krita.org/features'
    >>> comparable_address("https://de.krita.org/en/index.fr.html?hl=de", localised=True)
    'krita.org/index.html'
    """
    parts = _split(url if _HAS_SCHEME.match(url) else f"//{url}")
    if parts is None:
        return url
    labels = (parts.hostname or "").removeprefix("www.").split(".")
    path, query = parts.path.split("/"), parse_qsl(parts.query, keep_blank_values=True)
    if localised:
        labels = labels[1:] if len(labels) >= _LEAST_LABELS and locale_code(labels[0]) else labels
        path = [_without_language(segment) for segment in path if not locale_code(segment)]
        query = [(key, value) for key, value in query if not locale_code(value)]
    return f"{'.'.join(labels)}{'/'.join(path).rstrip('/')}?{urlencode(query)}".removesuffix("?")


def _without_language(segment: str) -> str:
    """Remove languages between the name and the suffix of a file.

    >>> _without_language("index.fr.html"), _without_language("de.html")
    ('index.html', 'de.html')
    """
    name, *others = segment.split(".")
    return ".".join([name, *(part for part in others[:-1] if not locale_code(part)), *others[-1:]])


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text.strip())
    except ValueError:  # malformed, such as "http://["
        return None
