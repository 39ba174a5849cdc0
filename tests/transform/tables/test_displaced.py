"""Displaced answers are suggested only with all of the evidence and never written into the answer."""

from __future__ import annotations

import pytest

from tests.transform.support import AnyRow, dataset, listed

TEMPLATE = (
    "**When is an alternative to {title} the better choice?**\n\nAn alternative to {title} is better for rare use.\n"
)
# Not a template: only one profile contains it.
OWN = "{title} is a program for drawing.\n"


def faq(title: str, questions: str) -> str:
    return f"---\nslug: {title.lower()}\ntitle: {title}\n---\n# {title}\n\n## FAQ\n\n{questions}".replace(
        "{title}", title
    )


def sound(number: int) -> str:
    """Return a profile whose template question has only its own answer."""
    return faq(f"Sound{number}", TEMPLATE)


def built(*texts: str) -> list[AnyRow]:
    """Return the questions of the last of several profiles."""
    files = {f"tools/p{number}.md": text for number, text in enumerate(texts)}
    tables = dataset(dict(files))
    (profile,) = listed(tables, "profiles", source_path=list(files)[-1])
    return listed(tables, "faqs", profile_id=profile["profile_id"])


SOUND = [sound(number) for number in range(5)]
DISPLACED = "**What is {title}?**\n\n" + TEMPLATE + "\n" + OWN


def test_text_after_a_templates_own_answer_is_suggested_for_the_unanswered_question_before_it():
    asked, template = built(*SOUND, faq("Krita", DISPLACED))
    assert asked["suggested_answer"] == "Krita is a program for drawing."
    assert (asked["suggested_answer_line_start"], asked["suggested_answer_line_end"]) == (15, 15)
    assert template["suggested_answer"] is None


def test_a_suggestion_does_not_change_the_answer():
    asked, template = built(*SOUND, faq("Krita", DISPLACED))
    assert (asked["answer"], asked["is_answered"]) == (None, False)
    assert template["answer"] == "An alternative to Krita is better for rare use.\n\nKrita is a program for drawing."


def test_a_suggestion_of_several_paragraphs_and_a_list_has_the_lines_of_all():
    text = DISPLACED + "\nIt has\n\n- brushes\n- layers\n"
    asked = built(*SOUND, faq("Krita", text))[0]
    assert asked["suggested_answer"] == "Krita is a program for drawing.\n\nIt has\n\nbrushes layers"
    assert (asked["suggested_answer_line_start"], asked["suggested_answer_line_end"]) == (15, 20)


@pytest.mark.parametrize(
    ("why", "others", "questions"),
    [
        ("too few profiles share the question", SOUND[:3], DISPLACED),
        ("nothing follows the template's own answer", SOUND, "**What is {title}?**\n\n" + TEMPLATE),
        (
            "the answer does not start with the template's own",
            SOUND,
            "**What is {title}?**\n\n" + TEMPLATE.replace("rare", "other") + "\n" + OWN,
        ),
        (
            "the profile's own question is in between",
            SOUND,
            "**What is {title}?**\n\n**Is it free?**\n\nYes.\n\n" + TEMPLATE + "\n" + OWN,
        ),
        ("the question is answered", SOUND, "**What is {title}?**\n\nThis.\n\n" + TEMPLATE + "\n" + OWN),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_without_all_the_evidence_there_is_no_suggestion(why: str, others: list[str], questions: str):
    assert [
        row["suggested_answer"] for row in built(*others, faq("Krita", questions)) if row["suggested_answer"]
    ] == [], why


def test_if_two_answers_go_on_neither_is_suggested():
    second = TEMPLATE.replace("When is", "How is").replace("An alternative", "The move")
    both = [faq(f"Sound{number}", TEMPLATE + "\n" + second) for number in range(5)]
    text = "**What is {title}?**\n\n" + TEMPLATE + "\n" + OWN + "\n" + second + "\nIt runs everywhere.\n"
    assert [row["suggested_answer"] for row in built(*both, faq("Krita", text))] == [None, None, None]


def test_a_second_paragraph_that_most_profiles_share_is_part_of_the_template():
    longer = TEMPLATE + "\nAsk the vendor of {title}.\n"
    others = [faq(f"Sound{number}", longer) for number in range(5)]
    asked = built(*others, faq("Krita", "**What is {title}?**\n\n" + longer + "\n" + OWN))[0]
    assert asked["suggested_answer"] == "Krita is a program for drawing."


def test_every_suggestion_is_reported_with_the_lines_to_move():
    texts = [*SOUND, faq("Krita", DISPLACED)]
    tables = dataset({f"tools/p{number}.md": text for number, text in enumerate(texts)})
    (diagnostic,) = listed(tables, "diagnostics", rule="faq-answer-displaced")
    assert (diagnostic["source_path"], diagnostic["line_start"]) == ("tools/p5.md", 9)
    assert "lines 15 to 15" in diagnostic["message"]
