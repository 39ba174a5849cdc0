"""Alternatives as a graph: what is wrong with its edges, once all targets are known.

One name with two targets is asked across the source, within a locale, since there lies the mistake that nobody sees:
each profile is right for itself, and the graph has two nodes for one product. The target that exists and that most
items lead to counts as meant; items that lead elsewhere are reported, and all of them where no target leads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.transform.rows import Row
from steckbrief.transform.targets import Catalogue, fold_name, slug_of

Found = Iterator[tuple[str, Problem]]
"""(profile_id, problem) pairs."""

_BY_NAME = frozenset({"title", "slug", "title_other_locale", "slug_other_locale"})


def alternative_problems(
    rows: Sequence[Row], links: Sequence[Row], catalogue: Catalogue, paths: Mapping[str, str]
) -> Found:
    """Problems of the alternatives `rows`.

    `links` are the rows of the links table, which show how this source writes a link to a profile; `paths` says where
    each profile stands (profile_id -> source path), for sources in which nothing is linked.
    """
    forms = link_forms(links)
    strangers = []
    for row in rows:
        profile_id, target = str(row["profile_id"]), _text(row["target_profile_id"])
        if catalogue.is_self(profile_id, target, _text(row["name"])):
            yield profile_id, _at(row, "alternative-self", name=_label(row))
            continue
        strangers.append(row)
        if target and row["name"] and row["match"] in _BY_NAME:
            link = _link(target, forms) or paths[target]
            yield profile_id, _at(row, "alternative-unlinked", name=str(row["name"]), target=target, link=link)
    yield from _duplicates(strangers)
    yield from _two_targets(strangers, catalogue)


def link_forms(links: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """How this source links to profiles of each locale, most often: what stands before the slug and what after it."""
    times: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in links:
        target, url = row["target_profile_id"], str(row["url"])
        if target and not ("?" in url or "#" in url):
            before, found, after = url.rpartition(str(row["target_slug"]))
            if found:
                times[str(target).partition("/")[0]][before, after] += 1
    return {locale: min(forms, key=lambda form: (-forms[form], form)) for locale, forms in times.items()}


def _link(profile_id: str, forms: Mapping[str, tuple[str, str]]) -> str | None:
    form = forms.get(profile_id.partition("/")[0])
    return f"{form[0]}{slug_of(profile_id)}{form[1]}" if form else None


def _duplicates(rows: Sequence[Row]) -> Found:
    """Products that stand twice in one profile: the same target, or the same name without one."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        product = row["target_profile_id"] or row["target_slug"] or (row["name"] and fold_name(str(row["name"])))
        if product:
            earlier = first.setdefault((str(row["profile_id"]), str(product)), row)
            if earlier is not row:
                found = {"name": _label(row), "first": str(earlier["line_start"])}
                yield str(row["profile_id"]), _at(row, "alternative-duplicate", **found)


def _two_targets(rows: Sequence[Row], catalogue: Catalogue) -> Found:
    named: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["name"] and row["target_slug"]:
            named[str(row["profile_id"]).partition("/")[0], fold_name(str(row["name"]))].append(row)
    for same in named.values():
        if len({row["target_slug"] for row in same}) > 1:
            yield from _strays(same, catalogue)


def _strays(same: Sequence[Row], catalogue: Catalogue) -> Found:
    """The rows of one name that lead elsewhere than most of them."""
    times: Counter[str] = Counter()
    exists: dict[str, bool] = {}
    for row in same:
        slug = str(row["target_slug"])
        times[slug] += 1
        exists[slug] = exists.get(slug, False) or catalogue.by_link(_text(row["target_profile_id"])) is not None
    ranked = sorted(times, key=lambda slug: (-exists[slug], -times[slug], slug))
    leads = (exists[ranked[0]], times[ranked[0]]) > (exists[ranked[1]], times[ranked[1]])
    for row in same:
        own = str(row["target_slug"])
        if own == ranked[0] and leads:
            continue
        other = ranked[0] if own != ranked[0] else ranked[1]
        found = {"name": _label(row), "slug": own, "other": other, "count": str(times[other])}
        yield str(row["profile_id"]), _at(row, "alternative-two-targets", **found)


def _at(row: Row, rule: str, **values: str) -> Problem:
    return Problem(rule, int(str(row["line_start"])), int(str(row["line_end"])), values)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _label(row: Row) -> str:
    return str(row["name"] or row["target_slug"])
