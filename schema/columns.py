"""Every column, declared once: name, Arrow type, nullability, description, allowed values.

Tables (tables.py) refer to columns by name. IN_TABLE narrows the meaning of a column in one table: it can change the
description, the nullability and the allowed values, but not the type, so a column has the same type everywhere. Text
columns never hold an empty string; a missing value is NULL, which is how an empty CSV cell is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from steckbrief.schema import values
from steckbrief.schema.listings import LISTINGS
from steckbrief.schema.model import Column

_NO_VALUES: Final[Mapping[str, str]] = {}


def _text(name: str, description: str, *, null: bool = False, of: Mapping[str, str] = _NO_VALUES) -> Column:
    return Column(name, pa.string(), description, nullable=null, values=of)


def _count(name: str, description: str, *, null: bool = False) -> Column:
    return Column(name, pa.int32(), description, nullable=null)


def _size(name: str, description: str) -> Column:
    return Column(name, pa.int64(), description, nullable=False)


def _flag(name: str, description: str) -> Column:
    return Column(name, pa.bool_(), description, nullable=False)


def _date(name: str, description: str) -> Column:
    return Column(name, pa.date32(), description, nullable=True)


_DECLARED: Final = (
    # Keys and places
    _text("profile_id", "The profile that the row belongs to, as locale/slug, for example en/pytorch."),
    _count("position", "Number of the row within its profile, counted from 1 in document order."),
    _text(
        "row_id",
        "Stable identifier of the row: r and a hash of the profile, the table, the normalized text and, for repeated"
        " texts, an occurrence number. A row that only moves keeps it.",
    ),
    _count("section_position", "Position of the section that contains the row (sections.position)."),
    _count(
        "line_start",
        "First source line of the row, counted from 1 in the file as stored, including the front matter.",
    ),
    _count("line_end", "Last source line of the row, inclusive, counted like line_start."),
    # profiles
    _text("slug", "Short name of the profile in web addresses, unique within its locale."),
    _text(
        "locale",
        "Language version of the catalogue that the file belongs to, from a folder name that is a language code, a"
        " front-matter key, or the configured default.",
    ),
    _text(
        "language",
        "Language of the text as an ISO 639-1 code, or und if it cannot be determined. It can differ from the locale.",
    ),
    _text("title", "Name of the product, from the front matter, otherwise the main heading, otherwise the slug."),
    _text("category", "Category as written in the front matter.", null=True),
    _text("price_model", "Price model as written in the front matter.", null=True),
    _text("official_url", "Address of the product's own website as written in the front matter.", null=True),
    _text(
        "official_domain",
        "Host name of official_url in lower case without a leading www, useful for joining profiles of the same"
        " product; NULL if official_url is missing or is not a web address.",
        null=True,
    ),
    _text(
        "lead",
        "Paragraphs between the main heading and the next heading, as plain text.",
        null=True,
    ),
    _date("created_on", "Date on which the profile was created, from the front matter."),
    _date("updated_on", "Date on which the profile was last updated, from the front matter."),
    _date("reviewed_on", "Date on which the profile was last reviewed, from the front matter."),
    _count("word_count", "Number of words in the plain text."),
    _count("section_count", "Number of the profile's rows in the table sections."),
    *(_count(counter.column, counter.description) for listing in LISTINGS for counter in listing.counters),
    _text("source_path", "Path of the file relative to the source root, with forward slashes."),
    _text("source_sha256", "SHA-256 of the file's bytes as 64 hexadecimal digits."),
    _size("source_bytes", "Size of the file in bytes."),
    _text(
        "front_matter_raw",
        "The front matter exactly as stored, including fences and line ends. Followed by the markdown of all sections"
        " in order of position, it gives the whole file.",
        null=True,
    ),
    # tags, front_matter
    _text("tag", "One tag as written in the front matter, without surrounding spaces."),
    _text("key", "Top-level key of the front matter."),
    _text("value_json", "Value of the key as JSON. Dates are ISO texts, and an empty value is null."),
    # sections
    _count(
        "parent_position",
        "Position of the section that encloses this one; NULL if the section is at the top level.",
        null=True,
    ),
    _count("level", "Heading level from 1 to 6; 0 for the text before the first heading."),
    _text("heading", "Heading as plain text; NULL at level 0 and for an empty heading.", null=True),
    _text("kind", "What the section is about, determined from its heading.", of=values.SECTION_KINDS),
    _text("markdown", "Exact source of the section, including its heading, up to the next heading of any level."),
    # rows
    _text(
        "name",
        "Name of the item: its bold lead without the colon or dash, or the label of its table row; NULL if there is"
        " none.",
        null=True,
    ),
    _text(
        "description",
        "Text that follows the name, as plain text; NULL if there is no name or nothing follows it.",
        null=True,
    ),
    _text("text", "The whole row as plain text on a single line."),
    _text("form", "Whether the row comes from a list or table, or from a paragraph.", of=values.FORMS),
    _count(
        "shared_by",
        "Number of profiles that have a row with the same shared_key in this table. 1 means the text is unique; a large"
        " number means it is template text.",
    ),
    _text(
        "shared_key",
        "Hash of the row's text with the profile's own title and slug, all numbers, case and punctuation masked. Rows"
        " of a table with the same key share their text.",
    ),
    _text("url", "Address as written in the profile.", null=True),
    _text(
        "target_slug",
        "Slug in a link to a catalogue page, such as x in /en/tools/x/; NULL without such a link.",
        null=True,
    ),
    _text(
        "linked_profile_id",
        "Profile that a link to a catalogue page refers to, or path of the file that a relative link names, even if the"
        " release does not contain that profile.",
        null=True,
    ),
    _text("target_profile_id", "Profile that the row refers to; NULL if the release does not contain it.", null=True),
    _text("match", "How target_profile_id was determined.", of=values.MATCHES),
    _text("question", "The question as plain text, without its number."),
    _text("answer", "The answer as plain text; NULL if the question is unanswered.", null=True),
    _text("answer_markdown", "Exact source of the answer; NULL if the question is unanswered.", null=True),
    _flag("is_answered", "Whether the question has an answer."),
    _count("answer_line_start", "First source line of the answer; NULL if the question is unanswered.", null=True),
    _count(
        "answer_line_end", "Last source line of the answer, inclusive; NULL if the question is unanswered.", null=True
    ),
    _text(
        "suggested_answer",
        "Text that probably answers this unanswered question but now follows template questions that were inserted"
        " after it; NULL without clear evidence. It is only a suggestion: the answer stays NULL.",
        null=True,
    ),
    _count(
        "suggested_answer_line_start", "First source line of the suggested answer; NULL if there is none.", null=True
    ),
    _count(
        "suggested_answer_line_end",
        "Last source line of the suggested answer, inclusive; NULL if there is none.",
        null=True,
    ),
    # templates
    _text(
        "masked_text",
        "The shared text in lower case without punctuation, with a section sign for the profile's own name and 0 for"
        " every number.",
    ),
    _count("profile_count", "Number of profiles that contain the text, equal to shared_by of its rows."),
    _count("row_count", "Number of rows that contain the text."),
    _text("first_profile_id", "First profile that contains the text, in order of profile_id."),
    _text("first_text", "The text as written in the first profile."),
    _text("second_profile_id", "Second profile that contains the text, in order of profile_id."),
    _text("second_text", "The text as written in the second profile."),
    # diagnostics
    _text("rule", "Stable code of the rule that was broken."),
    _text("severity", "How serious the problem is for the data.", of=values.SEVERITIES),
    _text("message", "What was found and what was expected."),
    _text("hint", "What the editor of the profile can do about it."),
    # changes
    _text("table", "Name of the table in which the row was added, removed or changed."),
    _text(
        "row_key",
        "Identifier of the row in both releases: profile_id for profiles, row_id for every other table.",
    ),
    _text("column", "Name of the changed column; * if a whole row was added or removed."),
    _text("change", "What happened to the row.", of=values.CHANGES),
    _text(
        "before",
        "Value in the previous release as text. For a removed row, its title, text, question or name. NULL if there was"
        " no value.",
        null=True,
    ),
    _text(
        "after",
        "Value in this release as text. For an added row, its title, text, question or name. NULL if there is no"
        " value.",
        null=True,
    ),
)

COLUMNS: Final[Mapping[str, Column]] = {column.name: column for column in _DECLARED}


@dataclass(frozen=True, slots=True)
class InTable:
    """How one table narrows the meaning of a column; None keeps the value from COLUMNS."""

    description: str | None = None
    nullable: bool | None = None
    values: Mapping[str, str] | None = None


IN_TABLE: Final[Mapping[tuple[str, str], InTable]] = {
    ("profiles", "profile_id"): InTable("Identifier of the profile, as locale/slug, for example en/pytorch."),
    ("profiles", "description"): InTable("Short description of the product as written in the front matter."),
    ("profiles", "word_count"): InTable("Number of words in the plain text of all sections, including headings."),
    ("price_models", "price_model"): InTable(
        "One price model, derived from the text of price_model in the front matter.",
        nullable=False,
        values=values.PRICE_MODELS,
    ),
    ("front_matter", "position"): InTable("Number of the key in the front matter, counted from 1."),
    ("tags", "position"): InTable("Number of the tag in the front matter's list, counted from 1."),
    ("price_models", "position"): InTable("Number of the price model within its profile, counted from 1."),
    ("sections", "position"): InTable("Number of the section in the document, counted from 1 across all levels."),
    ("sections", "text"): InTable(
        "Plain text below the heading, up to the next heading of any level; NULL if there is none.",
        nullable=True,
    ),
    ("sections", "word_count"): InTable("Number of words in the section's heading and text."),
    ("alternatives", "name"): InTable(
        "Name of the other product: the link text, the bold lead, or the text before a colon or dash; NULL if the item"
        " names no product.",
    ),
    ("alternatives", "url"): InTable("Address outside the catalogue that the item links to.", nullable=True),
    ("alternatives", "shared_key"): InTable(
        "Hash of the row's description, or of its name if it has no description, with the profile's own title and slug,"
        " all numbers, case and punctuation masked. Rows with the same key share their text.",
    ),
    ("faqs", "shared_key"): InTable(
        "Hash of the question with the profile's own title and slug, all numbers, case and punctuation masked. Rows"
        " with the same key share their question.",
    ),
    ("faqs", "line_start"): InTable("First source line of the question, counted from 1 in the file as stored."),
    ("faqs", "line_end"): InTable("Last source line of the question and its answer, inclusive."),
    ("links", "text"): InTable(
        "Text of the link, or the alternative text of an image; NULL if it is empty.", nullable=True
    ),
    ("links", "url"): InTable("Target of the link as written in the profile; NULL if it is empty."),
    ("links", "kind"): InTable("What the link points at.", values=values.LINK_KINDS),
    ("links", "line_start"): InTable("Source line on which the link begins, counted from 1 in the file as stored."),
    ("diagnostics", "position"): InTable("Number of the diagnostic in the release, counted from 1."),
    ("diagnostics", "profile_id"): InTable(
        "The profile concerned; NULL if the file gave no profile_id. A quarantined profile has no row in profiles.",
        nullable=True,
    ),
    ("diagnostics", "source_path"): InTable(
        "Path of the file concerned, relative to the source root; NULL if the problem concerns the whole source.",
        nullable=True,
    ),
    ("diagnostics", "line_start"): InTable(
        "First source line concerned, counted from 1; NULL if the problem concerns the whole file.", nullable=True
    ),
    ("diagnostics", "line_end"): InTable(
        "Last source line concerned, inclusive; NULL if the problem concerns the whole file.", nullable=True
    ),
    ("templates", "table"): InTable("Table whose rows contain the text."),
    ("templates", "shared_key"): InTable("The shared_key of the rows that contain the text."),
    ("changes", "profile_id"): InTable("The profile that the row belongs or belonged to."),
}


def column_in(table: str, name: str) -> Column:
    """Return the column `name` as declared for `table`; ValueError if it is not declared.

    >>> column_in("profiles", "word_count").description
    'Number of words in the plain text of all sections, including headings.'
    >>> column_in("price_models", "price_model").nullable, column_in("profiles", "price_model").nullable
    (False, True)
    """
    if name not in COLUMNS:
        raise ValueError(
            f"Table {table} has the column {name!r}, which schema/columns.py does not declare. Declare it there."
        )
    column = COLUMNS[name]
    narrowed = IN_TABLE.get((table, name), InTable())
    return Column(
        name,
        column.arrow_type,
        column.description if narrowed.description is None else narrowed.description,
        column.nullable if narrowed.nullable is None else narrowed.nullable,
        column.values if narrowed.values is None else narrowed.values,
    )
