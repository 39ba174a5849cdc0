"""The command line and the settings as prose: docs/cli.md.

`python -m steckbrief.reference` writes the page; a test fails when it is stale.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import typer
from pydantic.fields import FieldInfo
from typer.main import get_command

from steckbrief.__main__ import app
from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.errors import ExitCode
from steckbrief.pipeline.gate_settings import GateSettings
from steckbrief.pipeline.git_settings import GitSettings
from steckbrief.pipeline.settings import ENV_PREFIX, FILE_NAME, SETTINGS_TABLES, LimitSettings, Settings

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "cli.md"

EXIT_MEANINGS: Final[Mapping[ExitCode, str]] = MappingProxyType(
    {
        ExitCode.DONE: "done; `check` found no error in any profile",
        ExitCode.FAILED: "failed, and `latest` stays where it was; or `check` found an error in a profile",
        ExitCode.USAGE: "wrong command, flag or setting; nothing was begun",
        ExitCode.GATE: "stopped by a gate or a broken key; `latest` stays, the candidate is in `rejected/`",
        ExitCode.INTERRUPTED: "stopped with Ctrl-C",
        ExitCode.TERMINATED: "stopped with SIGTERM, as service managers do",
    }
)

_WIDTH: Final = 100

_INTRODUCTION: Final = """\
# Command line and settings

Written from the declarations of the settings by `python -m steckbrief.reference`; do not edit it here.

Results go to standard output. Progress and errors go to standard error: a bar on a terminal, one line per stage
elsewhere.
"""

_SETTINGS: Final = f"""\
## Settings

A flag wins over an environment variable, that over `{FILE_NAME}`, that over the default. The file is looked for
beside the source folder (`raw/` and `{FILE_NAME}` in one folder), or named with `--config`. A path in the file is
relative to the file, everywhere else to the working directory. Lists and tables are written as JSON in a variable. An
unknown name or a value out of bounds is an error, never ignored.

| {FILE_NAME} | environment | default | meaning |
| --- | --- | --- | --- |
"""


def render() -> str:
    """The whole page: commands, exit codes, settings."""
    codes = [f"| {code.value} | {EXIT_MEANINGS[code]} |" for code in ExitCode]
    return "\n".join(
        [
            _INTRODUCTION,
            *_commands(),
            "## Exit codes\n\n| code | meaning |\n| ---: | --- |\n" + "\n".join(codes) + "\n",
            _SETTINGS + "\n".join(_settings()) + "\n",
        ]
    )


def _commands() -> Iterator[str]:
    group = get_command(app)
    for name, command in getattr(group, "commands", {}).items():
        context = typer.Context(
            command, info_name=f"steckbrief {name}", terminal_width=_WIDTH, **group.context_settings
        )
        yield f"## steckbrief {name}\n\n```text\n{command.get_help(context).strip()}\n```\n"


def _settings() -> Iterator[str]:
    limits = _limit_reasons()
    simple = {name: field for name, field in Settings.model_fields.items() if name not in SETTINGS_TABLES}
    yield from _rows("", ((n, f, f.description or "") for n, f in simple.items()))
    for prefix, model in (("gates.", GateSettings), ("git.", GitSettings)):
        yield from _rows(prefix, ((n, f, f.description or "") for n, f in model.model_fields.items()))
    yield from _rows("limits.", ((n, f, limits[n]) for n, f in LimitSettings.model_fields.items()))


def _rows(prefix: str, fields: Iterable[tuple[str, FieldInfo, str]]) -> Iterator[str]:
    for name, field, meaning in fields:
        setting = f"{prefix}{name}"
        variable = f"{ENV_PREFIX}{setting.replace('.', '__')}".upper()
        yield f"| `{setting}` | `{variable}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    """The default as it is written in TOML, where a cell of a Markdown table can hold it."""
    if field.default is None:
        return "unset"
    text = json.dumps(field.default, ensure_ascii=False, default=str)
    return f"`{text.replace('|', chr(92) + '|')}`"


def _limit_reasons() -> dict[str, str]:
    """Limit -> its reason, from the docstring of FileLimits, which is where the reasons stand."""
    lines = inspect.cleandoc(FileLimits.__doc__ or "").splitlines()
    found = (re.fullmatch(r"(\w+): (.+)", line) for line in lines)
    return {match[1]: f"{match[2][0].upper()}{match[2][1:]}" for match in found if match}


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(render(), encoding="utf-8")
