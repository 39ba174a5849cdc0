"""Every table over raw/, and over the gold profiles where they are at hand, equals the labels written by hand.

Rows are found by the line on which they start; texts are compared as words, without markup and punctuation, since a
label names lines, not texts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.transform.support import PROJECT, SHARED, AnyRow, folder_dataset

CORE = {"audience", "use_cases", "features", "pros_cons", "pros", "cons", "pricing", "alternatives", "faq"}
# Key of a label -> table.
ITEMS = {"features": "features", "pros": "pros", "cons": "cons", "use_cases": "use_cases", "audience": "audiences"}
TABLES = ("profiles", "sections", *ITEMS.values(), "alternatives", "faqs")
GOLD = SHARED / "gold"


@dataclass
class Score:
    """Rows found by line, rows found too many or too few, and fields compared, with what differs in words."""

    matched: int = 0
    wrong: list[str] = field(default_factory=list)
    fields: int = 0
    differing: list[str] = field(default_factory=list)

    def match(
        self, have: Mapping[int, AnyRow], want: Mapping[int, AnyRow], path: str
    ) -> Iterator[tuple[AnyRow, AnyRow]]:
        """The pairs that start on one line; the rest is wrong."""
        self.wrong += [f"{path}:{line}: not labelled" for line in sorted(have.keys() - want.keys())]
        self.wrong += [f"{path}:{line}: missed" for line in sorted(want.keys() - have.keys())]
        both = sorted(want.keys() & have.keys())
        self.matched += len(both)
        return ((have[line], want[line]) for line in both)

    def compare(self, where: str, **equal: bool) -> None:
        """Count fields, true where they are right."""
        self.fields += len(equal)
        self.differing += [f"{where}: {name}" for name, right in equal.items() if not right]


def words(text: object) -> str:
    """The words of Markdown or of plain text: no link targets, tags, list signs, markup or punctuation."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", str(text or ""))
    text = re.sub(r"<[^>]+>", " ", text)
    text = re.sub(r"^\s*([-*+]|\d+[.)])\s+", "", text).replace("\\", "")
    return " ".join(re.findall(r"\w+", text.casefold()))


def same(have: object, want: object) -> bool:
    """Equal as words; a label may hold a hash of the words instead of the words."""
    if not have or not want:
        return not have and not want
    if str(want).startswith("sha1:"):
        return str(want) == "sha1:" + hashlib.sha1(words(have).encode(), usedforsecurity=False).hexdigest()[:12]
    return words(have) == words(want)


@dataclass(frozen=True)
class Labelled:
    """One labelled profile: its label, its lines, and its rows by table."""

    path: str
    label: Mapping[str, list[AnyRow]]
    lines: Sequence[str]
    tables: Mapping[str, Sequence[AnyRow]]

    def source(self, start: object, end: object) -> str:
        """The words of a range of lines."""
        return words("\n".join(self.lines[int(str(start)) - 1 : int(str(end))]))

    def clear(self, table: str) -> dict[int, AnyRow]:
        """Rows by line, without those below an ambiguous heading, which labels leave out."""
        vague = [(int(str(s["line"])), int(str(s["end"]))) for s in self.label["sections"] if s["kind"] == "ambiguous"]
        found = {int(str(row["line_start"])): row for row in self.tables[table]}
        return {line: row for line, row in found.items() if not any(a <= line <= b for a, b in vague)}

    def wanted(self, name: str) -> dict[int, AnyRow]:
        """Labels by line."""
        return {int(str(row["line"])): row for row in self.label[name]}


def score_profiles(each: Labelled, score: Score) -> None:
    found = dict(enumerate(each.tables["profiles"], 1))
    for have, want in score.match(found, {1: dict(each.label)}, each.path):
        score.compare(
            each.path, title=same(have["title"], want["title"]), language=have["language"] == want["language"]
        )


def score_sections(each: Labelled, score: Score) -> None:
    have = {int(str(row["line_start"])): row for row in each.tables["sections"]}
    want = {
        line: row
        for line, row in each.wanted("sections").items()
        if row["kind"] not in ("ambiguous", "title", "question")
    }
    for line, row in want.items():
        for found, label in score.match({line: have[line]} if line in have else {}, {line: row}, each.path):
            right = found["kind"] == label["kind"] if label["kind"] in CORE else found["kind"] not in CORE
            score.compare(f"{each.path}:{line}", kind=right)


def score_items(name: str) -> Callable[[Labelled, Score], None]:
    def score_table(each: Labelled, score: Score) -> None:
        for have, want in score.match(each.clear(ITEMS[name]), each.wanted(name), each.path):
            score.compare(
                f"{each.path}:{want['line']}",
                name=same(have["name"], want["name"]),
                text=words(have["text"]) == each.source(want["line"], want["end"]),
                form=have["form"] == want.get("form", have["form"]),
                end=have["line_end"] == want["end"],
            )

    return score_table


def score_alternatives(each: Labelled, score: Score) -> None:
    for have, want in score.match(each.clear("alternatives"), each.wanted("alternatives"), each.path):
        score.compare(
            f"{each.path}:{want['line']}",
            name=same(have["name"], want["name"]),
            slug=not want["slug"] or have["target_slug"] == want["slug"],
            description=bool(have["description"]) == want["has_description"],
        )


def score_faqs(each: Labelled, score: Score) -> None:
    for have, want in score.match(each.clear("faqs"), each.wanted("faqs"), each.path):
        line, answer = want["line"], words(have["answer"])
        if want["answer_line"] is None:
            right = not answer
        elif want["answer_line"] == line:
            right = bool(answer) and each.source(line, want["answer_end"]).endswith(answer)
        else:
            right = answer == each.source(want["answer_line"], want["answer_end"])
        score.compare(f"{each.path}:{line}", question=same(have["question"], want["question"]), answer=right)


SCORES: Mapping[str, Callable[[Labelled, Score], None]] = {
    "profiles": score_profiles,
    "sections": score_sections,
    "alternatives": score_alternatives,
    "faqs": score_faqs,
    **{table: score_items(name) for name, table in ITEMS.items()},
}


@cache
def labelled(root: Path, labels: Path) -> tuple[Labelled, ...]:
    """All labelled profiles below `root`, built once."""
    tables = {name: table.to_pylist() for name, table in folder_dataset(root).items()}
    path_of = {row["profile_id"]: row["source_path"] for row in tables["profiles"]}
    by_path: dict[str, dict[str, list[AnyRow]]] = {}
    for name in TABLES:
        for row in tables[name]:
            by_path.setdefault(path_of[row["profile_id"]], {}).setdefault(name, []).append(row)
    return tuple(
        Labelled(
            path,
            json.loads(file.read_text(encoding="utf-8")),
            (root / path).read_text(encoding="utf-8").split("\n"),
            {name: by_path.get(path, {}).get(name, []) for name in TABLES},
        )
        for file, path in label_files(labels)
    )


def label_files(labels: Path) -> list[tuple[Path, str]]:
    """(label, path of the profile below its root): gold lists them, our own are named after locale and slug."""
    sources = labels.parent / "sources.json"
    if sources.exists():
        return [
            (labels / f"{each['id']}.json", each["path"]) for each in json.loads(sources.read_text(encoding="utf-8"))
        ]
    found = []
    for file in sorted(labels.glob("*.json")):
        locale, slug = file.stem.split("-", 1)
        found.append((file, f"tools/{slug}.md" if locale == "de" else f"{locale}/tools/{slug}.md"))
    return found


def score_of(table: str, root: Path, labels: Path) -> Score:
    score = Score()
    for each in labelled(root, labels):
        SCORES[table](each, score)
    return score


OURS = (PROJECT / "raw", PROJECT / "tests" / "labels")
LABEL_SETS = [
    pytest.param(*OURS, id="raw"),
    pytest.param(
        GOLD / "raw",
        GOLD / "labels",
        id="gold",
        marks=pytest.mark.skipif(not GOLD.is_dir(), reason=f"the gold profiles are not at hand ({GOLD.name}/)"),
    ),
]


@pytest.mark.parametrize(("root", "labels"), LABEL_SETS)
@pytest.mark.parametrize("table", TABLES)
def test_every_labelled_row_is_found_and_no_other(table: str, root: Path, labels: Path) -> None:
    score = score_of(table, root, labels)
    assert score.wrong == []
    assert score.matched > 0


@pytest.mark.parametrize(("root", "labels"), LABEL_SETS)
def test_nearly_all_fields_of_the_labelled_rows_are_right(root: Path, labels: Path) -> None:
    scores = [score_of(table, root, labels) for table in TABLES]
    differing = [each for score in scores for each in score.differing]
    assert 1 - len(differing) / sum(score.fields for score in scores) >= 0.995, differing


def test_the_only_field_of_our_own_profiles_that_differs_is_the_info_string_of_a_code_fence() -> None:
    # The comparison takes "```sql" in the source for the word "sql"; it is markup and no part of the answer.
    differing = [each for table in TABLES for each in score_of(table, *OURS).differing]
    assert [each.split(":")[0] for each in differing] in ([], ["en/tools/duckdb.md"])
    assert all(each.endswith(": answer") for each in differing)


def test_every_profile_of_raw_is_labelled() -> None:
    paths = {path for _, path in label_files(OURS[1])}
    assert paths == {file.relative_to(OURS[0]).as_posix() for file in OURS[0].rglob("*.md")}
