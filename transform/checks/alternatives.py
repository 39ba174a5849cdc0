"""Alternatives as a graph: what is wrong with its edges, once all targets are known.

One name with two targets is asked across the source, within a locale, since there lies the mistake that nobody sees:
each profile is right for itself, and the graph has two nodes for one product. The target that exists and that most
items lead to counts as meant; items that lead elsewhere are reported, and all of them where no target leads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.compared import ComparedAlternative, ComparedLink, Findings
from steckbrief.transform.paths import EXTENSIONS
from steckbrief.transform.tables.targets import Catalogue, fold_name, slug_of

_BY_NAME = frozenset({"title", "slug", "title_other_locale", "slug_other_locale"})


def alternative_problems(
    rows: Sequence[ComparedAlternative], links: Sequence[ComparedLink], catalogue: Catalogue, paths: Mapping[str, str]
) -> Findings:
    """Problems of the alternatives `rows`.

    `links` are the rows of the links table, which show how this source writes a link to a profile; `paths` says where
    each profile stands (profile_id -> source path), for sources in which nothing is linked.
    """
    forms = link_forms(links)
    strangers = []
    for row in rows:
        profile_id, target = row.profile_id, row.target_profile_id
        if catalogue.is_self(profile_id, target, row.name):
            yield profile_id, _at(row, "alternative-self", name=_label(row))
            continue
        strangers.append(row)
        if target and row.name and row.match in _BY_NAME:
            link = _link(target, forms) or paths[target]
            yield profile_id, _at(row, "alternative-unlinked", name=row.name, target=target, link=link)
    yield from _duplicates(strangers)
    yield from _two_targets(strangers, catalogue)


def link_forms(links: Sequence[ComparedLink]) -> dict[str, tuple[str, str]]:
    """How this source links to profiles of each locale, most often: what stands before the slug and what after it."""
    times: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in links:
        target, slug, url = row.target_profile_id, row.target_slug, row.url
        is_path = (row.linked_profile_id or "").lower().endswith(EXTENSIONS)  # relative to one folder
        if target and slug and url and not ("?" in url or "#" in url or is_path):
            before, found, after = url.rpartition(slug)
            if found:
                times[target.partition("/")[0]][before, after] += 1
    return {locale: min(forms, key=lambda form: (-forms[form], form)) for locale, forms in times.items()}


def _link(profile_id: str, forms: Mapping[str, tuple[str, str]]) -> str | None:
    form = forms.get(profile_id.partition("/")[0])
    return f"{form[0]}{slug_of(profile_id)}{form[1]}" if form else None


def _duplicates(rows: Sequence[ComparedAlternative]) -> Findings:
    """Products that stand twice in one profile: the same target, or the same name without one."""
    first: dict[tuple[str, str], ComparedAlternative] = {}
    for row in rows:
        product = row.target_profile_id or row.target_slug or (row.name and fold_name(row.name))
        if product:
            earlier = first.setdefault((row.profile_id, product), row)
            if earlier is not row:
                found = {"name": _label(row), "first": str(earlier.line_start)}
                yield row.profile_id, _at(row, "alternative-duplicate", **found)


def _two_targets(rows: Sequence[ComparedAlternative], catalogue: Catalogue) -> Findings:
    named: dict[tuple[str, str], list[tuple[ComparedAlternative, str]]] = defaultdict(list)
    for row in rows:
        if row.name and row.target_slug:
            named[row.profile_id.partition("/")[0], fold_name(row.name)].append((row, row.target_slug))
    for same in named.values():
        if len({slug for _, slug in same}) > 1:
            yield from _strays(same, catalogue)


def _strays(same: Sequence[tuple[ComparedAlternative, str]], catalogue: Catalogue) -> Findings:
    """The rows of one name that lead elsewhere than most of them."""
    times: Counter[str] = Counter()
    exists: dict[str, bool] = {}
    for row, slug in same:
        times[slug] += 1
        exists[slug] = exists.get(slug, False) or catalogue.by_link(row.target_profile_id) is not None
    ranked = sorted(times, key=lambda slug: (-exists[slug], -times[slug], slug))
    leads = (exists[ranked[0]], times[ranked[0]]) > (exists[ranked[1]], times[ranked[1]])
    for row, own in same:
        if own == ranked[0] and leads:
            continue
        other = ranked[0] if own != ranked[0] else ranked[1]
        found = {"name": _label(row), "slug": own, "other": other, "count": str(times[other])}
        yield row.profile_id, _at(row, "alternative-two-targets", **found)


def _at(row: ComparedAlternative, rule: str, **values: str) -> Problem:
    return Problem(rule, row.line_start, row.line_end, values)


def _label(row: ComparedAlternative) -> str:
    return str(row.name or row.target_slug)
