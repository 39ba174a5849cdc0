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
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

from steckbrief.__main__ import app
from steckbrief.extract.limits import FileLimits
from steckbrief.pipeline.errors import ExitCode
from steckbrief.pipeline.settings.files import FILE_NAME, MOST_BYTES
from steckbrief.pipeline.settings.gates import GateSettings
from steckbrief.pipeline.settings.load import ENV_PREFIX
from steckbrief.pipeline.settings.operator import SETTINGS_TABLES, GitSettings, LimitSettings, OperatorSettings
from steckbrief.pipeline.settings.site import SiteSettings

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

_SITE: Final = "site, operator"
_OPERATOR: Final = "operator"

_INTRODUCTION: Final = """\
# Command line and settings

`python -m steckbrief.reference` writes this page from the declarations in the code. Do not edit it here.

Results go to standard output; progress and errors go to standard error. On a terminal, progress is a bar; otherwise it
is one line per stage.
"""

_SETTINGS: Final = f"""\
## Settings

Settings come from five places. The first one that has a setting wins; tables are merged key by key:

1. flags of the command
2. environment variables; write lists and tables as JSON
3. the operator's file: the one that `--config` names, or else `{FILE_NAME}` in the working directory
4. the site file: the nearest `{FILE_NAME}` in the source folder or one of its parents, up to the root of its git
   tree (outside git: in the source folder or its parent)
5. the defaults

The site file may set only the settings of the site, because strangers may have written it. An operator's setting in it
is ignored with a warning. For the same reason, a `{FILE_NAME}` in the working directory is not the operator's file
if it is the site file, or if it is in the git tree of the source; to use it, name it with `--config`. A bare repository
has no site file. Patterns of `include` and `exclude` are relative to the source folder, wherever the file is.

A path in the operator's file is relative to the file, everywhere else to the working directory. An unknown name or a
value out of bounds is an error. A settings file may have up to {MOST_BYTES:,} bytes, and a site file may not be a
symlink out of the site.

Commands without SOURCE read only `output`: from `--output`, the environment, or `{FILE_NAME}` in the working
directory. That file does not count in a git tree or beside `raw/`, where it may be a site file.

| setting | set by | environment | default | meaning |
| --- | --- | --- | --- | --- |
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
    yield from _rows("", _SITE, _described(SiteSettings))
    yield from _rows("", _OPERATOR, (row for row in _described(OperatorSettings) if row[0] not in SETTINGS_TABLES))
    yield from _rows("gates.", _OPERATOR, _described(GateSettings))
    yield from _rows("git.", _OPERATOR, _described(GitSettings))
    yield from _rows("limits.", _OPERATOR, ((n, f, limits[n]) for n, f in LimitSettings.model_fields.items()))


def _described(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo, str]]:
    return ((name, field, field.description or "") for name, field in model.model_fields.items())


def _rows(prefix: str, owner: str, fields: Iterable[tuple[str, FieldInfo, str]]) -> Iterator[str]:
    for name, field, meaning in fields:
        setting = f"{prefix}{name}"
        variable = f"{ENV_PREFIX}{setting.replace('.', '__')}".upper()
        yield f"| `{setting}` | {owner} | `{variable}` | {_default(field)} | {meaning} |"


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
