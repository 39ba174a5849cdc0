"""Web addresses: whether a text is one, and when two of them mean the same page."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from steckbrief.transform.identity import locale_code

_BLANK = re.compile(r"\s")
_HAS_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# "de.krita.org" has a language before its domain; "de.org" is one.
_LEAST_LABELS = 3


def is_web_address(text: str) -> bool:
    """Whether a browser opens `text` as it is: http or https, a host with a dot, no blanks."""
    parts = _split(text)
    host = (parts.hostname or "") if parts else ""
    labels = host.rstrip(".").split(".")
    return bool(
        parts and parts.scheme in ("http", "https") and len(labels) > 1 and all(labels) and not _BLANK.search(text)
    )


def comparable(url: str, *, localised: bool = False) -> str:
    """`url` without what does not change its page: scheme, "www.", capitals of the host, a closing slash, a fragment.

    With `localised` also without languages in host, path and query ("de.x.org", "/en/", "index.fr.html", "?hl=de"),
    which differ between two language versions of one page. An address that cannot be read is given back as it is.
    """
    parts = _split(url if _HAS_SCHEME.match(url) else f"//{url}")
    if parts is None:
        return url
    labels = (parts.hostname or "").removeprefix("www.").split(".")
    path, query = parts.path.split("/"), parse_qsl(parts.query, keep_blank_values=True)
    if localised:
        labels = labels[1:] if len(labels) >= _LEAST_LABELS and locale_code(labels[0]) else labels
        path = [_without_language(part) for part in path if not locale_code(part)]
        query = [(key, value) for key, value in query if not locale_code(value)]
    return f"{'.'.join(labels)}{'/'.join(path).rstrip('/')}?{urlencode(query)}".removesuffix("?")


def _without_language(segment: str) -> str:
    name, *others = segment.split(".")
    return ".".join([name, *(part for part in others[:-1] if not locale_code(part)), *others[-1:]])


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text.strip())
    except ValueError:  # "http://[", and whatever else is no address
        return None
    return parts
