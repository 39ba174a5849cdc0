"""Every column, declared once: name, Arrow type, nullability, description, allowed values.

Tables (tables.py) only name columns. Where a column means something narrower in one table, IN_TABLE says so;
it can change the description, the nullability and the allowed values, never the name or the type, so that a
column has one type everywhere. Text columns never hold an empty string: nothing is NULL, which is what an
empty CSV cell reads as.
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
    _text("profile_id", "The profile the row belongs to, as locale/slug, for example en/pytorch."),
    _count("position", "Place of the row within its profile, counted from 1 in document order."),
    _text(
        "row_id",
        "Stable identity of the row: a hash of the profile, the table, the normalized text and an occurrence"
        " number, so that a row keeps it when it moves.",
    ),
    _count("section_position", "Position of the section in which the row stands (sections.position)."),
    _count(
        "line_start",
        "First source line of the row, counted from 1 in the file as stored with its front matter.",
    ),
    _count("line_end", "Last source line of the row, inclusive, counted like line_start."),
    # profiles
    _text("slug", "Short name of the profile in addresses, unique within its locale."),
    _text(
        "locale",
        "Language version of the catalogue in which the file stands: a path segment that is a language code,"
        " a front-matter key, or the configured default.",
    ),
    _text(
        "language",
        "Language in which the text is written, as an ISO 639-1 code; und where it cannot be told, and not"
        " always the locale.",
    ),
    _text("title", "Name of the product, from the front matter, else the main heading, else the slug."),
    _text("category", "Category as written in the front matter.", null=True),
    _text("price_model", "Price model as written in the front matter.", null=True),
    _text("official_url", "Address of the product's own site as written in the front matter.", null=True),
    _text(
        "official_domain",
        "Host name of official_url in lower case without a leading www, to join profiles of one product.",
        null=True,
    ),
    _text("lead", "Opening text between the main heading and the next one, as plain text.", null=True),
    _date("created_on", "Day the profile was created, from the front matter."),
    _date("updated_on", "Day the profile was last updated, from the front matter."),
    _date("reviewed_on", "Day the profile was last reviewed, from the front matter."),
    _count("word_count", "Number of words in the plain text."),
    _count("section_count", "Number of the profile's rows in the table sections."),
    *(_count(counter.column, counter.description) for listing in LISTINGS for counter in listing.counters),
    _text("source_path", "Path of the file relative to the source root, with forward slashes."),
    _text("source_sha256", "SHA-256 of the file's bytes as 64 hexadecimal digits."),
    _size("source_bytes", "Size of the file in bytes."),
    _text(
        "front_matter_raw",
        "The front matter exactly as stored, fences and line ends included; followed by the markdown of all"
        " sections in order of position it is the whole file.",
        null=True,
    ),
    # tags, front_matter
    _text("tag", "One tag as written in the front matter, without surrounding blanks."),
    _text("key", "Top-level key of the front matter."),
    _text("value_json", "Value of the key as JSON, with dates as ISO text and an empty value as null."),
    # sections
    _count(
        "parent_position",
        "Position of the section that encloses this one; NULL at the top of the document.",
        null=True,
    ),
    _count("level", "Heading level from 1 to 6; 0 for the text before the first heading."),
    _text("heading", "Text of the heading as plain text; NULL at level 0 and for an empty heading.", null=True),
    _text("kind", "What the section is about, from its heading.", of=values.SECTION_KINDS),
    _text("markdown", "Exact source of the section, heading included, up to the next heading of any level."),
    # rows
    _text("name", "Bold lead of the item, without its colon or dash; NULL where it has none.", null=True),
    _text(
        "description",
        "What follows the name, as plain text; NULL where there is no name or nothing follows.",
        null=True,
    ),
    _text("text", "The whole row as plain text, on one line."),
    _text("form", "Whether the row is a list item or a paragraph.", of=values.FORMS),
    _count(
        "shared_by",
        "Number of profiles in which the same text stands once each profile's own title is masked; 1 is"
        " unique text, large numbers are template text.",
    ),
    _text(
        "shared_key",
        "Hash of the text once the profile's own title and all numbers are masked; rows of a table with one key share"
        " their text, and shared_by counts their profiles.",
    ),
    _text("url", "Address as written in the profile.", null=True),
    _text(
        "target_slug",
        "Last path part of a link that points at a catalogue page, such as x in /en/tools/x/.",
        null=True,
    ),
    _text(
        "linked_profile_id",
        "Profile that a link to the catalogue stands for, or path of the file that a relative link names, whether or"
        " not the release has it.",
        null=True,
    ),
    _text("target_profile_id", "Profile the row points at, where the release has it.", null=True),
    _text("match", "How target_profile_id was found.", of=values.MATCHES),
    _text("question", "The question as plain text, without its number."),
    _text("answer", "The answer as plain text; NULL where the question is unanswered.", null=True),
    _text("answer_markdown", "Exact source of the answer; NULL where the question is unanswered.", null=True),
    _flag("is_answered", "Whether anything stands between this question and the next one or the section's end."),
    _count("answer_line_start", "First source line of the answer; NULL where there is none.", null=True),
    _count("answer_line_end", "Last source line of the answer, inclusive; NULL where there is none.", null=True),
    _text(
        "suggested_answer",
        "Text that seems to be the answer of this unanswered question, left behind below template questions that"
        " were inserted after it; NULL where the evidence is not there, and never a repair.",
        null=True,
    ),
    _count(
        "suggested_answer_line_start", "First source line of the suggested answer; NULL where there is none.", null=True
    ),
    _count(
        "suggested_answer_line_end",
        "Last source line of the suggested answer, inclusive; NULL where there is none.",
        null=True,
    ),
    # templates
    _text(
        "masked_text",
        "The shared text in lower case without punctuation; the profile's own name is a paragraph sign, numbers are 0.",
    ),
    _count("profile_count", "Number of profiles in which the text stands; the shared_by of its rows."),
    _count("row_count", "Number of rows that hold the text."),
    _text("first_profile_id", "First profile, in order of profile_id, in which the text stands."),
    _text("first_text", "The text as it stands there."),
    _text("second_profile_id", "Second profile in which the text stands."),
    _text("second_text", "The text as it stands in the second profile."),
    # diagnostics
    _text("rule", "Stable code of the rule that was broken."),
    _text("severity", "How grave the problem is for the data.", of=values.SEVERITIES),
    _text("message", "What was found and what was expected."),
    _text("hint", "What the editor of the profile can do about it."),
    # changes
    _text("table", "Name of the table whose row was added, removed or changed."),
    _text(
        "row_key",
        "Identity of the row in both releases: profile_id for profiles, row_id for every other table.",
    ),
    _text("column", "Name of the changed column; * where a whole row was added or removed."),
    _text("change", "What happened to the row.", of=values.CHANGES),
    _text(
        "before",
        "Value in the previous release as text; for a removed row its title, text, question or name; NULL for none.",
        null=True,
    ),
    _text(
        "after",
        "Value in this release as text; for an added row its title, text, question or name; NULL for none.",
        null=True,
    ),
)

COLUMNS: Final[Mapping[str, Column]] = {column.name: column for column in _DECLARED}


@dataclass(frozen=True, slots=True)
class InTable:
    """How a column's meaning is narrowed in one table; None keeps what COLUMNS says."""

    description: str | None = None
    nullable: bool | None = None
    values: Mapping[str, str] | None = None


IN_TABLE: Final[Mapping[tuple[str, str], InTable]] = {
    ("profiles", "profile_id"): InTable("Identity of the profile, as locale/slug, for example en/pytorch."),
    ("profiles", "description"): InTable("Short description of the product as written in the front matter."),
    ("profiles", "word_count"): InTable("Number of words in the plain text of all sections."),
    ("price_models", "price_model"): InTable(
        "One price model, read from the profile's price_model as written.",
        nullable=False,
        values=values.PRICE_MODELS,
    ),
    ("front_matter", "position"): InTable("Place of the key in the front matter, counted from 1."),
    ("tags", "position"): InTable("Place of the tag in the front matter's list, counted from 1."),
    ("price_models", "position"): InTable("Place of the price model within its profile, counted from 1."),
    ("sections", "position"): InTable("Place of the section in the document, counted from 1, across all levels."),
    ("sections", "text"): InTable(
        "Plain text below the heading, up to the next heading of any level; NULL where there is none.",
        nullable=True,
    ),
    ("sections", "word_count"): InTable("Number of words in the section's heading and text."),
    ("alternatives", "name"): InTable(
        "Name of the other product: the link text, the bold lead, or the text before a colon or dash; NULL"
        " where the item names none.",
    ),
    ("alternatives", "url"): InTable("Address outside the catalogue to which the item links.", nullable=True),
    ("faqs", "line_start"): InTable("First source line of the question, counted from 1 in the file as stored."),
    ("faqs", "line_end"): InTable("Last source line of the question and its answer, inclusive."),
    ("links", "text"): InTable(
        "Text of the link, or the alternative text of an image; NULL where empty.", nullable=True
    ),
    ("links", "url"): InTable("Target of the link as written in the profile; NULL where it is empty."),
    ("links", "kind"): InTable("What the link points at.", values=values.LINK_KINDS),
    ("links", "line_start"): InTable("Source line on which the link begins, counted from 1 in the file as stored."),
    ("diagnostics", "position"): InTable("Place of the diagnostic in the release's list, counted from 1."),
    ("diagnostics", "profile_id"): InTable(
        "The profile concerned; NULL where the file gave none, and without a row in profiles where it was quarantined.",
        nullable=True,
    ),
    ("diagnostics", "source_path"): InTable(
        "Path of the file concerned, relative to the source root; NULL where the whole source is meant.",
        nullable=True,
    ),
    ("diagnostics", "line_start"): InTable(
        "First source line concerned, counted from 1; NULL where the whole file is meant.", nullable=True
    ),
    ("diagnostics", "line_end"): InTable(
        "Last source line concerned, inclusive; NULL where no line is.", nullable=True
    ),
    ("templates", "table"): InTable("Table whose rows hold the text."),
    ("changes", "profile_id"): InTable("The profile to which the row belongs or belonged, in either release."),
}


def column_in(table: str, name: str) -> Column:
    """Column `name` as it stands in `table`; KeyError where it is not declared."""
    column = COLUMNS[name]
    narrowed = IN_TABLE.get((table, name), InTable())
    return Column(
        name,
        column.arrow_type,
        column.description if narrowed.description is None else narrowed.description,
        column.nullable if narrowed.nullable is None else narrowed.nullable,
        column.values if narrowed.values is None else narrowed.values,
    )
