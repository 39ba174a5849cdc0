"""The line of a front-matter key, found again in a finished row of `profiles`."""

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
    """(profile_id, problem) on the line of the key that gives `column`; on line 1 where no such line is found.

    `aliases` are the site's own keys -> column; the key as it is written is also the value `key` of the message.
    """
    raw = profile.front_matter_raw or ""
    own = [key for key, meant in aliases.items() if meant == column]
    names = "|".join(re.escape(key) for key in (*own, *KEYS.get(column, (column,))))
    key = re.search(rf"^[{{ \t]*[\"']?(?P<name>{names})[\"']?[ \t]*[:=]", raw, re.MULTILINE)
    line = line_at(raw, key.start()) if key else 1
    return profile.profile_id, Problem(rule, line, line, {"key": key["name"] if key else column, **values})
