"""Every table of raw/, and of the gold profiles if they are available, equals the labels written by hand.

Rows are matched by their first line. Texts are compared as words, without markup and punctuation, because a label names
lines, not texts.
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
    """Counts of matched rows and compared fields, with descriptions of wrong rows and differing fields."""

    matched: int = 0
    wrong: list[str] = field(default_factory=list)
    fields: int = 0
    differing: list[str] = field(default_factory=list)

    def match(
        self, have: Mapping[int, AnyRow], want: Mapping[int, AnyRow], path: str
    ) -> Iterator[tuple[AnyRow, AnyRow]]:
        """Return the pairs of rows that start on the same line. All other rows are wrong."""
        self.wrong += [f"{path}:{line}: not labelled" for line in sorted(have.keys() - want.keys())]
        self.wrong += [f"{path}:{line}: missed" for line in sorted(want.keys() - have.keys())]
        both = sorted(want.keys() & have.keys())
        self.matched += len(both)
        return ((have[line], want[line]) for line in both)

    def compare(self, where: str, **equal: bool) -> None:
        """Count compared fields and record those that differ."""
        self.fields += len(equal)
        self.differing += [f"{where}: {name}" for name, right in equal.items() if not right]


def words(text: object) -> str:
    """Return the words of Markdown or plain text, without link targets, tags, list marks, markup and punctuation."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", str(text or ""))
    text = re.sub(r"<[^>]+>", " ", text)
    text = re.sub(r"^\s*([-*+]|\d+[.)])\s+", "", text).replace("\\", "")
    return " ".join(re.findall(r"\w+", text.casefold()))


def same(have: object, want: object) -> bool:
    """Return whether two texts have the same words. A label may contain a hash instead of words."""
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
        """Return the words of a range of lines."""
        return words("\n".join(self.lines[int(str(start)) - 1 : int(str(end))]))

    def clear(self, table: str) -> dict[int, AnyRow]:
        """Return rows by line, without those below an ambiguous heading, which labels leave out."""
        vague = [(int(str(s["line"])), int(str(s["end"]))) for s in self.label["sections"] if s["kind"] == "ambiguous"]
        by_line = {int(str(row["line_start"])): row for row in self.tables[table]}
        return {line: row for line, row in by_line.items() if not any(a <= line <= b for a, b in vague)}

    def wanted(self, name: str) -> dict[int, AnyRow]:
        """Return labels by line."""
        return {int(str(row["line"])): row for row in self.label[name]}


def score_profiles(profile: Labelled, score: Score) -> None:
    rows = dict(enumerate(profile.tables["profiles"], 1))
    for have, want in score.match(rows, {1: dict(profile.label)}, profile.path):
        score.compare(
            profile.path, title=same(have["title"], want["title"]), language=have["language"] == want["language"]
        )


def score_sections(profile: Labelled, score: Score) -> None:
    have = {int(str(row["line_start"])): row for row in profile.tables["sections"]}
    want = {
        line: row
        for line, row in profile.wanted("sections").items()
        if row["kind"] not in ("ambiguous", "title", "question")
    }
    for line, row in want.items():
        for section, label in score.match({line: have[line]} if line in have else {}, {line: row}, profile.path):
            right = section["kind"] == label["kind"] if label["kind"] in CORE else section["kind"] not in CORE
            score.compare(f"{profile.path}:{line}", kind=right)


def score_items(name: str) -> Callable[[Labelled, Score], None]:
    def score_table(profile: Labelled, score: Score) -> None:
        for have, want in score.match(profile.clear(ITEMS[name]), profile.wanted(name), profile.path):
            score.compare(
                f"{profile.path}:{want['line']}",
                name=same(have["name"], want["name"]),
                text=words(have["text"]) == profile.source(want["line"], want["end"]),
                form=have["form"] == want.get("form", have["form"]),
                end=have["line_end"] == want["end"],
            )

    return score_table


def score_alternatives(profile: Labelled, score: Score) -> None:
    for have, want in score.match(profile.clear("alternatives"), profile.wanted("alternatives"), profile.path):
        score.compare(
            f"{profile.path}:{want['line']}",
            name=same(have["name"], want["name"]),
            slug=not want["slug"] or have["target_slug"] == want["slug"],
            description=bool(have["description"]) == want["has_description"],
        )


def score_faqs(profile: Labelled, score: Score) -> None:
    for have, want in score.match(profile.clear("faqs"), profile.wanted("faqs"), profile.path):
        line, answer = want["line"], words(have["answer"])
        if want["answer_line"] is None:
            right = not answer
        elif want["answer_line"] == line:
            right = bool(answer) and profile.source(line, want["answer_end"]).endswith(answer)
        else:
            right = answer == profile.source(want["answer_line"], want["answer_end"])
        score.compare(f"{profile.path}:{line}", question=same(have["question"], want["question"]), answer=right)


SCORES: Mapping[str, Callable[[Labelled, Score], None]] = {
    "profiles": score_profiles,
    "sections": score_sections,
    "alternatives": score_alternatives,
    "faqs": score_faqs,
    **{table: score_items(name) for name, table in ITEMS.items()},
}


@cache
def labelled(root: Path, labels: Path) -> tuple[Labelled, ...]:
    """Return all labelled profiles below `root`. They are built once."""
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
    """Return (label, path of the profile). Gold lists them; our labels are named after locale and slug."""
    sources = labels.parent / "sources.json"
    if sources.exists():
        return [
            (labels / f"{source['id']}.json", source["path"])
            for source in json.loads(sources.read_text(encoding="utf-8"))
        ]
    files = []
    for file in sorted(labels.glob("*.json")):
        locale, slug = file.stem.split("-", 1)
        files.append((file, f"tools/{slug}.md" if locale == "de" else f"{locale}/tools/{slug}.md"))
    return files


def score_of(table: str, root: Path, labels: Path) -> Score:
    score = Score()
    for profile in labelled(root, labels):
        SCORES[table](profile, score)
    return score


OURS = (PROJECT / "raw", PROJECT / "tests" / "labels")
LABEL_SETS = [
    pytest.param(*OURS, id="raw"),
    pytest.param(
        GOLD / "raw",
        GOLD / "labels",
        id="gold",
        marks=pytest.mark.skipif(not GOLD.is_dir(), reason=f"the gold profiles are not available ({GOLD.name}/)"),
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
    differing = [field for score in scores for field in score.differing]
    assert 1 - len(differing) / sum(score.fields for score in scores) >= 0.995, differing


def test_the_only_field_of_our_own_profiles_that_differs_is_the_info_string_of_a_code_fence() -> None:
    # "```sql" is markup and not part of the answer, but the comparison reads the word "sql" in the source.
    differing = [field for table in TABLES for field in score_of(table, *OURS).differing]
    assert [field.split(":")[0] for field in differing] in ([], ["en/tools/duckdb.md"])
    assert all(field.endswith(": answer") for field in differing)


def test_every_profile_of_raw_is_labelled() -> None:
    paths = {path for _, path in label_files(OURS[1])}
    assert paths == {file.relative_to(OURS[0]).as_posix() for file in OURS[0].rglob("*.md")}
