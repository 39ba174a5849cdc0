"""shared_by counts profiles, not rows, whose texts are equal once their names and all numbers are masked."""

from __future__ import annotations

import pyarrow as pa
import pytest

from steckbrief.transform.templates import Mask, shared_by
from tests.transform.support import column, dataset, front, listed


def masked(text: str, title: str = "Krita", slug: str = "krita") -> str:
    return Mask(title, slug)(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (masked("Ist Krita frei?"), masked("Ist GIMP frei?", "GIMP", "gimp")),
        (masked("Krita: Krita, Krita!"), masked("GIMP: GIMP GIMP", "GIMP", "gimp")),
        (masked("Krita Krita Krita Krita"), masked("GIMP GIMP GIMP GIMP", "GIMP", "gimp")),
        (masked("Was kann OBS Studio?", "OBS Studio", "obs-studio"), masked("Was kann Krita?")),
        (masked("Was kann obs-studio?", "OBS Studio", "obs-studio"), masked("Was kann Krita?")),
        (masked("Was kann Krita 5?"), masked("WAS KANN  krita 42")),
        (masked("Kostet 10 €"), masked("Kostet 200 €")),
        (masked("Alles.", "…", "x"), masked("Alles!")),
    ],
)
def test_texts_that_differ_in_names_numbers_case_and_punctuation_are_the_same(one: str, other: str) -> None:
    assert one == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (masked("Ist Krita frei?"), masked("Ist GIMP frei?")),
        (masked("Kritas Farben"), masked("GIMPs Farben", "GIMP", "gimp")),
        (masked("Ist es frei?"), masked("Ist es nicht frei?")),
        (masked("Version 5"), masked("Version fünf")),
    ],
)
def test_other_differences_count(one: str, other: str) -> None:
    assert one != other


def test_the_longer_name_is_masked_first() -> None:
    assert masked("OBS Studio oder OBS", "OBS", "obs-studio") == masked("Krita oder Krita")


def test_a_text_that_one_profile_repeats_is_still_one_profile() -> None:
    def counts(keys: list[str], profiles: list[str]) -> list[int]:
        columns = (pa.chunked_array([pa.array(values, pa.string())]) for values in (keys, profiles))
        return [int(count) for count in shared_by(*columns)]

    assert counts(["a", "a", "b", "a"], ["x", "x", "x", "y"]) == [2, 2, 1, 2]
    assert counts([], []) == []


def profile(title: str, extra: str = "") -> str:
    return front(slug=title.lower(), title=title) + (
        f"# {title}\n\n## Vorteile\n\n- {title} ist frei.\n- {title} ist frei!\n{extra}\n"
        f"## Alternativen\n\n- Andere: Wie {title}.\n- Namenlos{title}\n\n"
        f"## FAQ\n\n**Ist {title} frei?**\n\nJa, {title} ist {'ganz ' if extra else ''}frei.\n"
    )


def test_each_table_compares_its_own_text() -> None:
    tables = dataset({"tools/krita.md": profile("Krita", "- Eigenes\n"), "tools/gimp.md": profile("GIMP")})
    assert column(listed(tables, "pros", profile_id="de/krita"), "shared_by") == [2, 2, 1]
    # Alternatives are compared by description, or by name if they have none.
    assert column(listed(tables, "alternatives", profile_id="de/krita"), "shared_by") == [2, 1]
    # Questions are compared whatever their answers.
    assert column(listed(tables, "faqs", profile_id="de/krita"), "shared_by") == [2]


def test_the_same_text_in_another_table_is_another_text() -> None:
    tables = dataset({"tools/krita.md": front() + "## Vorteile\n\n- Frei\n\n## Nachteile\n\n- Frei\n"})
    assert column(listed(tables, "pros"), "shared_by") == column(listed(tables, "cons"), "shared_by") == [1]
