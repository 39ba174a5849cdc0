"""Rows of unchanged files, taken from an earlier release, give the same tables as reading every file again."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings

from steckbrief.extract.document import parse_document
from steckbrief.extract.model import Document, Unreadable
from steckbrief.transform.checks.rules import Rule, rules
from steckbrief.transform.dataset import complete
from steckbrief.transform.options import Options
from steckbrief.transform.parts import Kept, join_parts
from tests.nights import nights
from tests.transform.checks.test_rule_examples import files as files_of
from tests.transform.checks.test_rule_examples import is_run
from tests.transform.support import dataset, front, parts

DAY = dt.date(2026, 3, 1)


def full(files: Mapping[str, str], options: Options) -> dict[str, pa.Table]:
    return dataset(dict(files), options=options)


def incremental(
    files: Mapping[str, str], earlier_files: Mapping[str, str], tables: Mapping[str, pa.Table], options: Options
) -> dict[str, pa.Table]:
    """Return the tables of `files`, given the tables of `earlier_files`."""
    profiles = tables["profiles"]
    numbers = {path: number for number, path in enumerate(sorted(files))}
    unchanged = {
        profile_id: numbers[path]
        for profile_id, path in zip(
            *(profiles[name].to_pylist() for name in ("profile_id", "source_path")), strict=True
        )
        if files.get(path) == earlier_files[path]
    }
    changed = {path: text for path, text in files.items() if numbers[path] not in unchanged.values()}
    renumbered = [
        {name: _numbered(table, sorted(changed), numbers) for name, table in part.items()}
        for part in parts(dict(changed), options=options)
    ]
    unreadable = [
        result
        for path, text in sorted(changed.items())
        if isinstance(result := parse_document(path, text.encode()), Unreadable)
    ]
    return complete(join_parts(renumbered), unreadable, options, Kept(tables, unchanged))


def _numbered(part: pa.Table, paths: list[str], numbers: Mapping[str, int]) -> pa.Table:
    renumbered = [numbers[paths[number]] for number in part["file"].to_pylist()]
    return part.drop_columns(["file"]).append_column("file", pa.array(renumbered, pa.int32()))


@settings(max_examples=60, deadline=None)
@given(nights())
def test_an_incremental_night_gives_the_tables_of_a_full_one(sources: list[dict[str, str]]) -> None:
    tables = full(sources[0], Options(today=DAY))
    for night, (earlier_files, files) in enumerate(itertools.pairwise(sources), 1):
        options = Options(today=DAY + dt.timedelta(night))
        tables = incremental(files, earlier_files, tables, options)
        expected = full(files, options)
        assert {name: table.to_pylist() for name, table in tables.items()} == {
            name: table.to_pylist() for name, table in expected.items()
        }


@pytest.mark.parametrize("rule", [rule for rule in rules().values() if is_run(rule)], ids=lambda rule: rule.code)
def test_parts_contain_exactly_the_findings_that_need_one_file_alone(rule: Rule) -> None:
    given = {"tools/krita.md": rule.example} if rule.code == "front-matter-missing" else files_of(rule.example)
    alone = {code for part in parts(dict(given)) for code in part["diagnostics"]["rule"].to_pylist()}
    assert not any(rules()[code].across for code in alone)
    whole = set(dataset(dict(given), options=Options(today=DAY))["diagnostics"]["rule"].to_pylist())
    unread = (
        {"file-empty"}
        if any(not isinstance(parse_document(p, t.encode()), Document) for p, t in given.items())
        else set()
    )
    assert whole - alone - unread <= {code for code, rule in rules().items() if rule.across}


def test_an_undeclared_finding_across_profiles_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    declared = {code: replace(rule, across=False) for code, rule in rules().items()}
    monkeypatch.setattr("steckbrief.transform.dataset.rules", lambda: declared)
    with pytest.raises(ValueError, match=r"link-dangling.*across"):
        dataset({"tools/krita.md": front() + "[weg](/tools/weg/)\n"})
