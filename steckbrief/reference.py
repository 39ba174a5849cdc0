"""The reference of commands and settings. `python -m steckbrief.reference` writes docs/cli.md."""

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
        ExitCode.DONE: "success; `check` found no error in any profile",
        ExitCode.FAILED: "failure, and `latest` is unchanged; or `check` found an error in a profile",
        ExitCode.USAGE: "invalid command, option or setting; nothing was done",
        ExitCode.GATE: "stopped by a gate or a broken key; `latest` is unchanged, and the candidate is in `rejected/`",
        ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
        ExitCode.TERMINATED: "terminated with SIGTERM, which service managers send",
    }
)

_WIDTH: Final = 100

_INTRODUCTION: Final = """\
# Command line and settings

`python -m steckbrief.reference` writes this page from the declarations in the code. Do not edit it here.

Results go to standard output; progress and errors go to standard error. On a terminal, progress is a bar; otherwise it
is one line per stage.
"""

_SETTINGS: Final = f"""\
## Settings

Options take precedence over environment variables, these over `{FILE_NAME}`, and the file over the defaults.
Steckbrief looks for the file beside the source folder (`raw/` and `{FILE_NAME}` in one folder); `--config` names
another one. Paths in the file are relative to the file; all other paths are relative to the working directory. In an
environment variable, lists and tables are written as JSON. Unknown names and values out of bounds are errors.

| {FILE_NAME} | environment | default | meaning |
| --- | --- | --- | --- |
"""


def render() -> str:
    """Return the whole page: commands, exit codes and settings."""
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
    top_level = {name: field for name, field in Settings.model_fields.items() if name not in SETTINGS_TABLES}
    yield from _rows("", ((n, f, f.description or "") for n, f in top_level.items()))
    for prefix, model in (("gates.", GateSettings), ("git.", GitSettings)):
        yield from _rows(prefix, ((n, f, f.description or "") for n, f in model.model_fields.items()))
    yield from _rows("limits.", ((n, f, limits[n]) for n, f in LimitSettings.model_fields.items()))


def _rows(prefix: str, fields: Iterable[tuple[str, FieldInfo, str]]) -> Iterator[str]:
    for name, field, meaning in fields:
        setting = f"{prefix}{name}"
        variable = f"{ENV_PREFIX}{setting.replace('.', '__')}".upper()
        yield f"| `{setting}` | `{variable}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    """Return the default as written in TOML, escaped for a cell of a Markdown table."""
    if field.default is None:
        return "unset"
    text = json.dumps(field.default, ensure_ascii=False, default=str)
    return f"`{text.replace('|', chr(92) + '|')}`"


def _limit_reasons() -> dict[str, str]:
    """Return the reason for each limit, which is in the docstring of FileLimits."""
    lines = inspect.cleandoc(FileLimits.__doc__ or "").splitlines()
    matches = (re.fullmatch(r"(\w+): (.+)", line) for line in lines)
    return {match[1]: f"{match[2][0].upper()}{match[2][1:]}" for match in matches if match}


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(render(), encoding="utf-8")
