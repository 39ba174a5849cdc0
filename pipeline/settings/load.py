"""All settings, and which place wins: flags, environment variables (STECKBRIEF_*), the operator's file, the site file.

Paths are relative to the working directory, except those in the operator's file, which are relative to that file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from steckbrief.extract.path_filter import PathFilter
from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.settings.files import (
    FILE_NAME,
    SettingsFile,
    SettingsFiles,
    git_root,
    read_operator_file,
    read_settings_files,
    site_folders,
)
from steckbrief.pipeline.settings.operator import SETTINGS_TABLES, OperatorSettings
from steckbrief.pipeline.settings.site import SiteSettings

ENV_PREFIX: Final = "STECKBRIEF_"
_NESTED: Final = "__"

_NOT_RECORDED: Final = {"output", "workers"}

_NOT_AFFECTING_ROWS: Final = _NOT_RECORDED | {"include", "exclude", "gates", "git"}
"""Settings that change no row of a file. Settings that change only how rows are written count as affecting rows."""

_DEFAULT_SOURCE: Final = Path("raw")

_log: Final = logging.getLogger(__name__)


class Settings(BaseSettings, SiteSettings, OperatorSettings):
    """All settings. Unknown names and values out of bounds are errors."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter=_NESTED, extra="forbid", frozen=True)
    files: ClassVar[SettingsFiles] = SettingsFiles()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read flags, the environment and the files, but neither .env nor a secrets folder."""
        files = (file for file in (cls.files.operator, cls.files.site) if file)
        return init_settings, env_settings, *(InitSettingsSource(settings_cls, dict(file.values)) for file in files)

    @property
    def recorded(self) -> dict[str, Any]:
        """The settings that release.json records: all except those that say where and how fast to build."""
        return self.model_dump(mode="json", exclude=_NOT_RECORDED)

    @property
    def affecting_rows(self) -> dict[str, Any]:
        """The settings that affect rows; if one of them changes, no row of the last release can be reused."""
        return self.model_dump(mode="json", exclude=_NOT_AFFECTING_ROWS)

    def path_filter_in(self, source: Path) -> PathFilter:
        """Return which files of `source` count; the output folder does not, even if it is in the source."""
        inside = self.output.resolve().is_relative_to(source.resolve())
        output = self.output.resolve().relative_to(source.resolve()).as_posix() if inside else None
        return PathFilter(self.include, self.exclude, output)


def load_settings(
    source: Path, config: Path | None, flags: Mapping[str, object], *, publishing: bool = True
) -> Settings:
    """Read the settings for building `source`.

    Args:
        source: the source folder, which must exist.
        config: the operator's settings file; if None, steckbrief.toml in the working directory.
        flags: setting -> value from the command line; None if the flag was not used.
        publishing: whether a release will be built; then the paths of source and output must be UTF-8.

    Raises:
        UsageError: a setting is wrong; the message names the place, the setting, its value and the expected value.
    """
    if source.is_file():
        raise UsageError(f"{source}: a file, not a folder. Name the folder that contains it ({source.parent}).")
    if not source.is_dir():
        raise UsageError(f"{source}: no such folder. Name a folder with Markdown profiles.")
    files = read_settings_files(source, config)
    _refuse_unknown_variables()
    used_flags = {name: value for name, value in flags.items() if value is not None}
    bound = type("Settings", (Settings,), {"files": files, "__module__": __name__})
    try:
        settings: Settings = bound(**used_flags)
    except ValidationError as error:
        raise UsageError("\n".join(_explain(details, used_flags, files) for details in error.errors())) from error
    except SettingsError as error:  # a variable for a list or a table is not JSON
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        raise UsageError(printable(f"{ENV_PREFIX}*: {error}{cause}. Write lists and tables as JSON there.")) from error
    if settings.output.resolve() == source.resolve():
        raise UsageError(
            f"{settings.output}: the source folder cannot also be the folder for the releases. Name another folder with"
            " --output."
        )
    for folder in (source, settings.output) if publishing else ():
        require_utf8(folder.absolute())
    return settings


def output_folder(flag: Path | None) -> Path:
    """Return the folder with the releases, for a command that reads no source.

    The flag wins over the environment, which wins over steckbrief.toml in the working directory, which wins over the
    default. The file does not count if it may be a site file: in a git tree, or beside the default source.

    Raises UsageError if the path is not UTF-8.
    """
    folder = _output_folder() if flag is None else flag
    require_utf8(folder.absolute())
    return folder


def _output_folder() -> Path:
    variable = f"{ENV_PREFIX}OUTPUT"
    folder = os.environ[variable] if variable in os.environ else _output_in_file()
    if folder == "":
        place = variable if variable in os.environ else f"{FILE_NAME}: output"
        raise UsageError(f"{place}: found an empty text, expected a folder. Name it, or leave the setting out.")
    return Path(folder or Settings.model_fields["output"].default)


def _output_in_file() -> str | None:
    path = Path(FILE_NAME)
    if not os.path.lexists(path):
        return None
    folder: str | None = read_operator_file(path).values.get("output")
    beside_source = _DEFAULT_SOURCE.is_dir() and path.absolute().parent.resolve() in site_folders(_DEFAULT_SOURCE)
    if folder is not None and (beside_source or git_root(Path.cwd())):
        _log.warning("%s may be a site file, so its output is ignored. Name the folder with --output.", path.absolute())
        return None
    return folder


def require_utf8(folder: Path) -> None:
    """Raise UsageError if a path is not UTF-8: pyarrow and DuckDB cannot open it, and JSON cannot name it."""
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError as error:
        name = printable(str(folder))
        raise UsageError(f"{name}: the name of this folder is not UTF-8. Rename it, or use another one.") from error


def _refuse_unknown_variables() -> None:
    """Raise UsageError about misspelt variables, which pydantic would ignore."""
    known = {f"{ENV_PREFIX}{name}".upper() for name in Settings.model_fields}
    for table, model in SETTINGS_TABLES.items():
        known |= {f"{ENV_PREFIX}{table}{_NESTED}{name}".upper() for name in model.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(ENV_PREFIX) and name.upper() not in known)
    if unknown:
        raise UsageError(
            f"{printable(', '.join(unknown))}: no such setting. Known variables: {', '.join(sorted(known))}."
        )


def _explain(error: Mapping[str, Any], flags: Mapping[str, object], files: SettingsFiles) -> str:
    """Return one line about one wrong setting, with the place where it was set."""
    location = [str(part) for part in error["loc"] if part != "[key]"]  # pydantic adds "[key]" for a wrong key
    name = ".".join(location)
    variable = f"{ENV_PREFIX}{_NESTED.join(location)}".upper()
    in_site_file = False
    if location and location[0] in flags:
        place = f"--{location[0].replace('_', '-')}"
    elif variable in os.environ:
        place = variable
    else:
        file = next((file for file in (files.operator, files.site) if file and _is_set(location, file)), None)
        in_site_file = file is not None and file is files.site
        place = f"{file.path}: {name}" if file else name
    if error["type"] == "extra_forbidden":
        known = SETTINGS_TABLES.get(location[0], SiteSettings if in_site_file else Settings).model_fields
        return printable(f"{place}: no such setting. Known settings: {', '.join(known)}.")
    problem = error["msg"].removeprefix("Value error, ")
    return printable(f"{place}: {problem}, found {error['input']!r}. Correct the value.")


def _is_set(location: list[str], file: SettingsFile) -> bool:
    """Return whether the file has the setting, or a list or value that contains it."""
    values: object = file.values
    for key in location:
        if not isinstance(values, Mapping):
            return True
        if key not in values:
            return False
        values = values[key]
    return True
