"""Bad input affects nothing else: broken files of every kind, built beside two valid profiles.

For every case, the build succeeds, `diagnostics` contains the finding with rule, file, line and remedy, and the rows of
the valid profiles are the same as without the broken file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from steckbrief.pipeline.request import BuildRequest
from steckbrief.pipeline.run import build
from steckbrief.pipeline.settings.load import Settings
from steckbrief.schema import TABLES

GOOD = """---
slug: {slug}
title: {title}
category: Graphics
price_model: Free
tags: [drawing]
official_url: https://example.org/{slug}
---

# {title}

{title} draws things for people who like to draw.

## Key features

- **Brushes:** a hundred of them
- Layers and masks

## Pros and cons

### Pros

- It is free of charge

### Cons

- It is slow to start

## Alternatives

- [Other](/tools/other/) – draws as well

## FAQ

**Is {title} free?**

Yes, it is.
"""

HEAD = "---\nslug: bad\ntitle: Bad\ncategory: Graphics\nofficial_url: https://example.org/bad\n---\n\n"
BODY = "# Bad\n\nIt is a program and it is not good at all.\n\n## Key features\n\n- It breaks\n"


@dataclass(frozen=True)
class Case:
    """A broken file: its content, the rule it breaks and on which line, and whether it is still published.

    All cases are in one source, each in its own file; the slug "bad" in the content becomes the slug of the file.
    """

    name: str
    content: str | bytes
    rule: str = ""
    line: int | None = None
    published: bool = True

    @property
    def slug(self) -> str:
        """The slug of the file, made from the name of the case."""
        return "bad-" + "-".join("".join(c if c.isalnum() else " " for c in self.name.casefold()).split())

    @property
    def path(self) -> str:
        """The path of the file in the source."""
        return f"tools/{self.slug}.md"

    @property
    def stored(self) -> bytes:
        """The bytes of the file."""
        if isinstance(self.content, bytes):
            return self.content
        return self.content.replace("slug: bad\n", f"slug: {self.slug}\n").encode()


ALIAS_BOMB = "---\na: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n"
    for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)

CASES = [
    Case("invalid YAML", "---\nslug: bad\ntitle: [unclosed\n---\n\n" + BODY, "front-matter-invalid", None),
    Case("front matter that never closes", "---\nslug: bad\ntitle: Bad\n\n" + BODY, "front-matter-unclosed", 1),
    Case("no front matter", BODY, "front-matter-missing", 1),
    Case("a list as front matter", "---\n- slug\n- title\n---\n\n" + BODY, "front-matter-not-mapping", 1),
    Case(
        "a list where text is expected",
        HEAD.replace("title: Bad", "title: [Bad, Worse]") + BODY,
        "front-matter-wrong-type",
        3,
    ),
    Case("a colon in a title", HEAD.replace("title: Bad", "title: Bad: worse") + BODY, "front-matter-invalid", 3),
    Case("invalid TOML", f"+++\ntitle = 'Bad'\nnot TOML\n+++\n\n{BODY}", "front-matter-invalid", 3),
    Case("TOML without a key", "+++\nnot TOML\n+++\n\n" + BODY, "front-matter-invalid", 1),
    Case("TOML nested 5,000 deep", "+++\na = " + "[" * 5_000 + "\n+++\n\n" + BODY, "front-matter-too-deep", 1),
    Case("JSON that is not an object", '---json\n["bad"]\n---\n\n' + BODY, "front-matter-not-mapping", 1),
    Case("a list of JSON objects", '[{"slug": "bad"}]\n\n' + BODY, "front-matter-not-mapping", 1),
    Case("invalid JSON", '{\n"a": b\n}\n\n' + BODY, "front-matter-invalid", 2),
    Case("JSON nested 5,000 deep", '{"a": ' + "[" * 5_000 + "]" * 5_000 + "}\n\n" + BODY, "front-matter-too-deep", 1),
    Case(
        "a front-matter list of 50,000 entries",
        "---\nfeatures:\n" + "- one more feature\n" * 50_000 + "---\n\n" + BODY,
        "front-matter-too-large",
        1,
    ),
    Case("two pairs of quotes", HEAD.replace("title: Bad", "title: \"'Bad'\"") + BODY, "front-matter-quoted-twice", 3),
    Case("UTF-16 without a mark", (HEAD + BODY).encode("utf-16-le"), "file-not-text", 1, published=False),
    Case("an image", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "file-not-text", 1, published=False),
    Case("an empty file", b"", "file-empty", 1, published=False),
    Case("a file of only blank lines", b"\xef\xbb\xbf\r\n \r\n", "file-empty", 1, published=False),
    Case("a file of only front matter", HEAD, "body-empty", None),
    Case(
        "invalid UTF-8",
        (HEAD.replace("slug: bad", "slug: bad-invalid-utf-8") + BODY + "Größe\n").encode("latin-1"),
        "invalid-utf8",
        15,
    ),
    Case("NUL bytes", HEAD + BODY + "\na\0b\n", "nul-character", 16),
    Case("a 20 MB file", b"x" * 20_000_000, "file-too-large", None, published=False),
    Case("5,000 nested quotes", HEAD + BODY + "\n" + "> " * 5_000 + "deep\n", "nesting-too-deep", None),
    Case("5,000 nested lists", HEAD + BODY + "\n" + "- " * 5_000 + "deep\n", "nesting-too-deep", None),
    Case(
        "YAML nested 5,000 deep",
        "---\na: " + "[" * 5_000 + "]" * 5_000 + "\n---\n\n" + BODY,
        "front-matter-too-deep",
        1,
    ),
    Case("a YAML alias bomb", ALIAS_BOMB + "---\n\n" + BODY, "front-matter-too-large-expanded", None),
    Case("a YAML alias to itself", "---\na: &a [*a]\n---\n\n" + BODY, "front-matter-too-deep", None),
    Case("a slug with an empty segment", HEAD.replace("slug: bad", "slug: a//b") + BODY, "slug-invalid", 2),
    Case("a slug that leads out", HEAD.replace("slug: bad", "slug: ../../etc/passwd") + BODY, "slug-invalid", 2),
    Case("a slug with spaces", HEAD.replace("slug: bad", "slug: two words") + BODY, "slug-invalid", 2),
    Case("a slug of 400 characters", HEAD.replace("slug: bad", "slug: " + "x" * 400) + BODY, "slug-invalid", 2),
    Case(
        "two files for one profile_id",
        GOOD.format(slug="one", title="Copy"),
        "profile-id-collision",
        1,
        published=False,
    ),
]

WITHOUT_FINDING = [
    Case(
        "CRLF line ends", (HEAD.replace("slug: bad", "slug: bad-crlf-line-ends") + BODY).replace("\n", "\r\n").encode()
    ),
    Case("a byte order mark", "\ufeff" + HEAD + BODY),
    Case("a number as title", HEAD.replace("title: Bad", "title: 2048") + BODY),
    Case("TOML", "+++\nslug = 'bad-toml'\ntitle = 'Bad'\ncategory = 'Graphics'\n+++\n" + BODY),
    Case("50,000 list items", HEAD + BODY + "- one more feature\n" * 50_000),
]


def build_source(source: Path, output: Path) -> Path:
    # Most files are broken, which a gate would stop.
    build(BuildRequest(source, Settings(output=output, workers=1), past_gates=True))
    return output / "latest"


def sound_source(folder: Path) -> Path:
    (folder / "tools").mkdir(parents=True)
    for slug, title in (("one", "One"), ("two", "Two")):
        (folder / "tools" / f"{slug}.md").write_text(GOOD.format(slug=slug, title=title))
    return folder


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of only the valid profiles."""
    folder = tmp_path_factory.mktemp("sound")
    return build_source(sound_source(folder / "raw"), folder / "output")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the valid profiles and all cases."""
    folder = tmp_path_factory.mktemp("broken")
    source = sound_source(folder / "raw")
    for case in (*CASES, *WITHOUT_FINDING):
        (source / case.path).write_bytes(case.stored)
    return build_source(source, folder / "output")


def rows(release: Path, table: str, **where: str) -> list[dict[str, object]]:
    """Return the rows of a table whose columns have the given values."""
    all_rows = pq.read_table(release / f"{table}.parquet").to_pylist()
    return [row for row in all_rows if all(row[column] == value for column, value in where.items())]


# Templates are compared across profiles, so they change with every file.
COMPARED = [name for name in TABLES if name not in ("diagnostics", "changes", "templates")]


@pytest.mark.parametrize("table", COMPARED)
def test_broken_files_change_no_row_of_a_valid_profile(table: str, release: Path, sound: Path):
    for profile_id in ("de/one", "de/two"):
        assert rows(release, table, profile_id=profile_id) == rows(sound, table, profile_id=profile_id)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_file_is_reported_with_rule_line_and_remedy(case: Case, release: Path):
    (diagnostic,) = rows(release, "diagnostics", source_path=case.path, rule=case.rule)
    assert case.line is None or diagnostic["line_start"] == case.line
    assert diagnostic["message"]
    assert diagnostic["hint"]
    assert bool(rows(release, "profiles", source_path=case.path)) == case.published


@pytest.mark.parametrize("case", [case for case in CASES if BODY in str(case.content)], ids=lambda case: case.name)
def test_the_body_of_a_broken_file_is_read_as_usual(case: Case, release: Path):
    (profile,) = rows(release, "profiles", source_path=case.path)
    assert [row["text"] for row in rows(release, "features", profile_id=str(profile["profile_id"]))] == ["It breaks"]
    assert profile["slug"] == case.slug
    if "front-matter" in case.rule and case.rule != "front-matter-wrong-type":
        assert profile["title"] == ("Bad: worse" if "Bad: worse" in str(case.content) else "Bad")


@pytest.mark.parametrize("case", WITHOUT_FINDING, ids=lambda case: case.name)
def test_unusual_but_valid_files_are_read_without_errors_or_loss(case: Case, release: Path):
    assert rows(release, "diagnostics", source_path=case.path, severity="error") == []
    (profile,) = rows(release, "profiles", source_path=case.path)
    profile_id = str(profile["profile_id"])
    assert len(rows(release, "features", profile_id=profile_id)) == case.stored.count(b"- ")
    sections = rows(release, "sections", profile_id=profile_id)
    text = f"{profile['front_matter_raw']}{''.join(str(section['markdown']) for section in sections)}"
    assert text.encode() == case.stored


def _symlink_loop(source: Path) -> str:
    (source / "tools" / "loop").symlink_to(source)
    return "tools/loop"


def _link_out(source: Path) -> str:
    (source / "tools" / "out.md").symlink_to("/etc/hostname")
    return "tools/out.md"


def _folder_named_like_a_file(source: Path) -> str:
    (source / "tools" / "x.md").mkdir()
    return "tools/x.md"


def _pipe_named_like_a_file(source: Path) -> str:
    os.mkfifo(source / "tools" / "pipe.md")
    return "tools/pipe.md"


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (_symlink_loop, "symlink-not-followed"),
        (_link_out, "symlink-not-followed"),
        (_folder_named_like_a_file, "not-a-file"),
        (_pipe_named_like_a_file, "not-a-file"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.strip("_"),
)
def test_a_path_that_is_not_a_file_is_reported_and_not_read(
    make: Callable[[Path], str], rule: str, sound: Path, tmp_path: Path
):
    source = sound_source(tmp_path / "raw")
    path = make(source)
    release = build_source(source, tmp_path / "output")
    assert [row["rule"] for row in rows(release, "diagnostics", source_path=path)] == [rule]
    assert rows(release, "features") == rows(sound, "features")
