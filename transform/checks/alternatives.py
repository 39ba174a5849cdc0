"""Alternatives as a graph: problems with its edges, once the target of every alternative is known.

Alternatives of one name that lead to different profiles are compared across a locale, because each profile looks right
on its own. The target that most items lead to is taken as the right one, and one that exists beats one that does not.
Only items with another target are reported; if two targets tie, all items are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from steckbrief.extract.model import Problem
from steckbrief.transform.checks.compared import ComparedAlternative, ComparedLink, Findings
from steckbrief.transform.paths import EXTENSIONS
from steckbrief.transform.tables.targets import Catalogue, fold_name, slug_of

_MATCHES_BY_NAME = frozenset({"title", "slug", "title_other_locale", "slug_other_locale"})


def alternative_problems(
    alternatives: Sequence[ComparedAlternative],
    links: Sequence[ComparedLink],
    catalogue: Catalogue,
    paths: Mapping[str, str],
) -> Findings:
    """Yield the problems of all alternatives.

    `links` shows how this source writes links to profiles. A source without such links gets the paths of the profiles
    as hints instead: `paths` maps profile_id to source path.
    """
    forms = link_forms(links)
    other_products = []
    for row in alternatives:
        profile_id, target = row.profile_id, row.target_profile_id
        if catalogue.is_self(profile_id, target, row.name):
            yield profile_id, _problem_at(row, "alternative-self", name=_label(row))
            continue
        other_products.append(row)
        if target and row.name and row.match in _MATCHES_BY_NAME:
            link = _link_to(target, forms) or paths[target]
            yield profile_id, _problem_at(row, "alternative-unlinked", name=row.name, target=target, link=link)
    yield from _duplicates(other_products)
    yield from _names_with_two_targets(other_products, catalogue)


def link_forms(links: Sequence[ComparedLink]) -> dict[str, tuple[str, str]]:
    """Return, per locale, the texts before and after the slug in the most frequent form of a link to a profile.

    >>> link_forms([ComparedLink("de/krita", "/tools/gimp/", "catalogue", "gimp", "de/gimp", 7)])
    {'de': ('/tools/', '/')}
    """
    counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in links:
        target, slug, url = row.target_profile_id, row.target_slug, row.url
        is_path = (row.linked_profile_id or "").lower().endswith(EXTENSIONS)  # relative to one folder
        if target and slug and url and slug in url and not ("?" in url or "#" in url or is_path):
            before_slug, _, after_slug = url.rpartition(slug)
            counts[_locale_of(target)][before_slug, after_slug] += 1
    return {locale: min(forms, key=lambda form: (-forms[form], form)) for locale, forms in counts.items()}


def _link_to(profile_id: str, forms: Mapping[str, tuple[str, str]]) -> str | None:
    form = forms.get(_locale_of(profile_id))
    return f"{form[0]}{slug_of(profile_id)}{form[1]}" if form else None


def _duplicates(alternatives: Sequence[ComparedAlternative]) -> Findings:
    """Report products that a profile lists twice, by target, or by name if there is no target."""
    first_rows: dict[tuple[str, str], ComparedAlternative] = {}
    for row in alternatives:
        product = row.target_profile_id or row.target_slug or (row.name and fold_name(row.name))
        if product:
            first_row = first_rows.setdefault((row.profile_id, product), row)
            if first_row is not row:
                values = {"name": _label(row), "first": str(first_row.line_start)}
                yield row.profile_id, _problem_at(row, "alternative-duplicate", **values)


def _names_with_two_targets(alternatives: Sequence[ComparedAlternative], catalogue: Catalogue) -> Findings:
    by_name: dict[tuple[str, str], list[tuple[ComparedAlternative, str]]] = defaultdict(list)
    for row in alternatives:
        if row.name and row.target_slug:
            by_name[_locale_of(row.profile_id), fold_name(row.name)].append((row, row.target_slug))
    for same_name in by_name.values():
        if len({slug for _, slug in same_name}) > 1:
            yield from _unusual_targets(same_name, catalogue)


def _unusual_targets(same_name: Sequence[tuple[ComparedAlternative, str]], catalogue: Catalogue) -> Findings:
    """Report the rows of one name, given with the slugs they lead to, whose slug is not the leading one."""
    counts = Counter(slug for _, slug in same_name)
    existing = {slug for row, slug in same_name if catalogue.by_link(row.target_profile_id)}
    first, second = sorted(counts, key=lambda slug: (slug not in existing, -counts[slug], slug))[:2]
    is_tie = (first in existing, counts[first]) == (second in existing, counts[second])
    for row, slug in same_name:
        if slug == first and not is_tie:
            continue
        other = second if slug == first else first
        values = {"name": _label(row), "slug": slug, "other": other, "count": str(counts[other])}
        yield row.profile_id, _problem_at(row, "alternative-two-targets", **values)


def _problem_at(row: ComparedAlternative, rule: str, **values: str) -> Problem:
    return Problem(rule, row.line_start, row.line_end, values)


def _label(row: ComparedAlternative) -> str:
    return str(row.name or row.target_slug)


def _locale_of(profile_id: str) -> str:
    return profile_id.partition("/")[0]
