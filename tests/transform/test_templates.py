"""The table of templates: the texts it lists, its counts and its two examples."""

from __future__ import annotations

from steckbrief.transform.options import Options
from tests.transform.support import AnyRow, dataset, listed


def profiles(count: int, line: str) -> dict[str, str]:
    return {
        f"tools/p{number}.md": f"---\nslug: p{number}\ntitle: Tool{number}\n---\n# Tool{number}\n\n## Pros\n\n"
        + line.replace("{title}", f"Tool{number}")
        for number in range(count)
    }


def templates(count: int, line: str, least: int = 5) -> list[AnyRow]:
    return listed(dataset(dict(profiles(count, line)), options=Options(template_profiles=least)), "templates")


def test_a_text_that_differs_only_in_the_products_own_name_and_numbers_is_one_template():
    files = profiles(5, "- {title} saves 10 hours\n") | {
        "tools/other.md": "---\nslug: o\ntitle: O\n---\n## Pros\n\n- Fast\n"
    }
    (row,) = listed(dataset(dict(files)), "templates")
    assert (row["table"], row["masked_text"], row["profile_count"], row["row_count"]) == (
        "pros",
        "§ saves 0 hours",
        5,
        5,
    )


def test_a_template_shows_the_first_two_profiles_that_contain_it():
    (row,) = templates(5, "- {title} is fast\n")
    assert (row["first_profile_id"], row["first_text"]) == ("de/p0", "Tool0 is fast")
    assert (row["second_profile_id"], row["second_text"]) == ("de/p1", "Tool1 is fast")


def test_a_text_that_one_profile_repeats_is_counted_in_rows_and_once_in_profiles():
    (row,) = templates(5, "- {title} is fast\n- {title} is fast\n")
    assert (row["profile_count"], row["row_count"]) == (5, 10)
    assert row["second_profile_id"] == "de/p1"


def test_texts_of_fewer_profiles_than_the_setting_requires_are_not_listed():
    assert templates(4, "- {title} is fast\n") == []
    assert len(templates(3, "- {title} is fast\n", least=3)) == 1


def test_a_text_of_one_profile_is_never_a_template_however_low_the_setting():
    assert templates(1, "- {title} is fast\n- {title} is fast\n", least=1) == []


def test_every_row_of_a_listed_text_carries_its_count_in_shared_by():
    tables = dataset(dict(profiles(6, "- {title} is fast\n- Only in {title} number one\n")))
    counts = {row["masked_text"]: row["profile_count"] for row in listed(tables, "templates")}
    assert counts == {"§ is fast": 6, "only in § number one": 6}
    assert {row["shared_by"] for row in listed(tables, "pros")} == {6}
