"""Settings: their declarations, where they can be set, and which place wins.

Flags win over environment variables (STECKBRIEF_*), which win over steckbrief.toml, which wins over the defaults. The
file is beside the source folder or named with --config. A path in the file is relative to the file; anywhere else, to
the working directory.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    create_model,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from steckbrief.extract.limits import FileLimits
from steckbrief.extract.path_filter import EVERYTHING, MOST_PATTERNS, PathFilter, check_pattern
from steckbrief.extract.printable import printable
from steckbrief.pipeline.errors import UsageError
from steckbrief.pipeline.gate_settings import GateSettings
from steckbrief.pipeline.git_settings import GitSettings
from steckbrief.pipeline.site import SiteSettings

FILE_NAME: Final = "steckbrief.toml"
ENV_PREFIX: Final = "STECKBRIEF_"
_NESTED: Final = "__"

_NOT_RECORDED: Final = {"output", "workers"}

_NOT_AFFECTING_ROWS: Final = _NOT_RECORDED | {"include", "exclude", "gates", "git"}
"""Settings that change no row of a file. Settings that change only how rows are written count as affecting rows."""

# One setting per limit, with the limit's own default, so that a new limit needs no line here.
_limit_fields: dict[str, Any] = {limit.name: (PositiveInt, limit.default) for limit in fields(FileLimits)}
LimitSettings = create_model(
    "LimitSettings",
    __config__=ConfigDict(extra="forbid", frozen=True),
    __doc__="Limits on a single file; extract/limits.py gives their reasons.",
    **_limit_fields,
)


SETTINGS_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "limits": LimitSettings,
    "gates": GateSettings,
    "git": GitSettings,
}
"""Tables of settings, by name."""


def _require_name(path: object) -> object:
    if path == "":
        raise ValueError("an empty text would mean the working directory; name a folder, or leave the setting out")
    return path


PathPattern = Annotated[str, AfterValidator(check_pattern)]
PathPatterns = Annotated[tuple[PathPattern, ...], Field(max_length=MOST_PATTERNS)]


class Settings(BaseSettings, SiteSettings):
    """All settings. Unknown names and values out of bounds are errors."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter=_NESTED, extra="forbid", frozen=True)
    file_values: ClassVar[Mapping[str, Any]] = {}

    output: Annotated[Path, BeforeValidator(_require_name), Field(description="Folder for the releases.")] = Path(
        "output"
    )
    include: Annotated[
        PathPatterns,
        Field(
            description="Patterns of the files to read, written as in .gitignore, but relative to the source: `*.md`"
            " matches only files directly in it, `**/*.md` files in all folders, `apps` everything in apps."
        ),
    ] = EVERYTHING
    exclude: Annotated[
        PathPatterns, Field(description="Patterns of the files to leave out, written like those of include.")
    ] = ()
    workers: Annotated[
        int | None, Field(ge=1, le=64, description="Number of worker processes; if unset, the number of files decides.")
    ] = None
    csv_neutralise_formulas: Annotated[
        bool, Field(description="Put an apostrophe before CSV cells that a spreadsheet would run as a formula.")
    ] = True
    limits: Annotated[LimitSettings, Field(description="Limits on a single file.")] = LimitSettings()  # type: ignore[valid-type]
    git: Annotated[GitSettings, Field(description="How a source in git is fetched and read.")] = GitSettings()
    gates: Annotated[GateSettings, Field(description="Limits that a release must keep to be published.")] = (
        GateSettings()
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read flags, then the environment, then the file, but neither .env nor a secrets folder."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, dict(cls.file_values))

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

    @property
    def file_limits(self) -> FileLimits:
        """The limits as the value type of `extract`."""
        return FileLimits(**self.limits.model_dump())  # type: ignore[attr-defined]


def load_settings(
    source: Path, config: Path | None, flags: Mapping[str, object], *, publishing: bool = True
) -> Settings:
    """Read the settings for building `source`.

    Args:
        source: the source folder, which must exist; steckbrief.toml is read from its parent.
        config: a settings file to read instead, which must exist.
        flags: setting -> value from the command line; None if the flag was not used.
        publishing: whether a release will be built; then the paths of source and output must be UTF-8.

    Raises:
        UsageError: a setting is wrong; the message names the place, the setting, its value and the expected value.
    """
    if not source.is_dir():
        raise UsageError(f"{source}: no such folder. Name a folder with Markdown profiles.")
    file = config or _beside(source)
    if config is not None and not config.is_file():
        raise UsageError(f"{config}: no such settings file. Name an existing TOML file with --config.")
    values = _read(file)
    _refuse_unknown_variables()
    used_flags = {name: value for name, value in flags.items() if value is not None}
    bound = type("Settings", (Settings,), {"file_values": values, "__module__": __name__})
    try:
        settings: Settings = bound(**used_flags)
    except ValidationError as error:
        raise UsageError("\n".join(_explain(details, used_flags, file) for details in error.errors())) from error
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
    default. Raises UsageError if the path is not UTF-8.
    """
    folder = _output_folder() if flag is None else flag
    require_utf8(folder.absolute())
    return folder


def _output_folder() -> Path:
    variable = f"{ENV_PREFIX}OUTPUT"
    folder = os.environ.get(variable, _read(Path(FILE_NAME)).get("output"))
    if folder == "":
        place = variable if variable in os.environ else f"{FILE_NAME}: output"
        raise UsageError(f"{place}: found an empty text, expected a folder. Name it, or leave the setting out.")
    return Path(folder or Settings.model_fields["output"].default)


def require_utf8(folder: Path) -> None:
    """Raise UsageError if a path is not UTF-8: pyarrow and DuckDB cannot open it, and JSON cannot name it."""
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError as error:
        name = printable(str(folder))
        raise UsageError(f"{name}: the name of this folder is not UTF-8. Rename it, or use another one.") from error


def _beside(source: Path) -> Path:
    return source.absolute().parent / FILE_NAME


def _read(file: Path) -> dict[str, Any]:
    """Return the values of the file, with absolute paths; {} if the file does not exist."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: this settings file cannot be read: {error}. Correct it as TOML in UTF-8.") from error
    if isinstance(values.get("output"), str) and values["output"]:
        values["output"] = str(file.absolute().parent / values["output"])
    return values


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


def _explain(error: Mapping[str, Any], flags: Mapping[str, object], file: Path) -> str:
    """Return one line about one wrong setting, with the place where it was set."""
    location = [str(part) for part in error["loc"] if part != "[key]"]  # pydantic adds "[key]" for a wrong key
    name = ".".join(location)
    variable = f"{ENV_PREFIX}{_NESTED.join(location)}".upper()
    if location and location[0] in flags:
        place = f"--{location[0].replace('_', '-')}"
    elif variable in os.environ:
        place = variable
    else:
        place = f"{file}: {name}"
    if error["type"] == "extra_forbidden":
        known = SETTINGS_TABLES.get(location[0], Settings).model_fields
        return printable(f"{place}: no such setting. Known settings: {', '.join(known)}.")
    problem = error["msg"].removeprefix("Value error, ")
    return printable(f"{place}: {problem}, found {error['input']!r}. Correct the value.")
