"""Finds the line of a front-matter key again, from a finished row of `profiles`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from steckbrief.extract.model import Problem
from steckbrief.extract.text import line_at
from steckbrief.transform.checks.compared import ComparedProfile
from steckbrief.transform.fields import KEYS


def problem_at_key(
    profile: ComparedProfile, column: str, rule: str, aliases: Mapping[str, str], **values: str
) -> tuple[str, Problem]:
    """Return profile_id and problem, on the line of the key that `column` is read from, or else on line 1.

    `aliases` maps the site's own keys to columns. The key becomes the value `key` of the message, as it is written in
    the file.
    """
    raw = profile.front_matter_raw or ""
    own_keys = [key for key, aliased in aliases.items() if aliased == column]
    names = "|".join(re.escape(key) for key in (*own_keys, *KEYS.get(column, (column,))))
    key = re.search(rf"^[{{ \t]*[\"']?(?P<name>{names})[\"']?[ \t]*[:=]", raw, re.MULTILINE)
    line = line_at(raw, key.start()) if key else 1
    return profile.profile_id, Problem(rule, line, line, {"key": key["name"] if key else column, **values})
