"""Settings: what can be set, where it can be set, and which place wins.

Flags win over environment variables (STECKBRIEF_*), those over steckbrief.toml, that over the defaults below. The
file stands beside the source folder (raw/ and steckbrief.toml in one folder) or is given with --config. A path in
the file is relative to the file; everywhere else, to the working directory.
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

_NOT_OF_ROWS: Final = _NOT_RECORDED | {"include", "exclude", "gates", "git"}
"""Which files count shows in the files found. What only shows in the files written counts as if rows depended on it."""

# One setting per limit, with the limit's own default, so that a new limit can be set without a line here.
_limit_fields: dict[str, Any] = {each.name: (PositiveInt, each.default) for each in fields(FileLimits)}
LimitSettings = create_model(
    "LimitSettings",
    __config__=ConfigDict(extra="forbid", frozen=True),
    __doc__="What one file may cost; the reasons stand in extract/limits.py.",
    **_limit_fields,
)


TABLES_OF_SETTINGS: Final[Mapping[str, type[BaseModel]]] = {
    "limits": LimitSettings,
    "gates": GateSettings,
    "git": GitSettings,
}
"""Settings that are tables of settings."""


def _is_named(path: object) -> object:
    if path == "":
        raise ValueError("an empty text would be the working directory; name a folder, or leave the setting out")
    return path


PathPattern = Annotated[str, AfterValidator(check_pattern)]
PathPatterns = Annotated[tuple[PathPattern, ...], Field(max_length=MOST_PATTERNS)]


class Settings(BaseSettings, SiteSettings):
    """Everything that can be set. Unknown names and values out of bounds are errors, never ignored."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter=_NESTED, extra="forbid", frozen=True)
    file_values: ClassVar[Mapping[str, Any]] = {}

    output: Annotated[Path, BeforeValidator(_is_named), Field(description="Folder for the releases.")] = Path("output")
    include: Annotated[
        PathPatterns,
        Field(
            description="Patterns of the files that count, written as in .gitignore, but each starts at the source:"
            " `*.md` matches only files directly in it, `**/*.md` files in all folders, `apps` all that is in apps."
        ),
    ] = EVERYTHING
    exclude: Annotated[
        PathPatterns, Field(description="Patterns of the files to leave out, written like those of include.")
    ] = ()
    workers: Annotated[
        int | None, Field(ge=1, le=64, description="Processes that read profiles; chosen by the work to do if unset.")
    ] = None
    csv_neutralise_formulas: Annotated[
        bool, Field(description="Put an apostrophe before CSV cells that a spreadsheet would run as a formula.")
    ] = True
    limits: Annotated[LimitSettings, Field(description="What one file may cost.")] = LimitSettings()  # type: ignore[valid-type]
    git: Annotated[GitSettings, Field(description="How a source in git is read.")] = GitSettings()
    gates: Annotated[GateSettings, Field(description="What a release must keep to.")] = GateSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then file; no .env and no secrets folder."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, dict(cls.file_values))

    @property
    def recorded(self) -> dict[str, Any]:
        """The settings as release.json records them: all that say what a release is, not where or how fast."""
        return self.model_dump(mode="json", exclude=_NOT_RECORDED)

    @property
    def of_rows(self) -> dict[str, Any]:
        """The settings that rows depend on: with others, no row of an earlier release may be used again."""
        return self.model_dump(mode="json", exclude=_NOT_OF_ROWS)

    def path_filter_in(self, source: Path) -> PathFilter:
        """What counts in `source`, as `extract` takes it: an output folder inside it is no source of profiles."""
        inside = self.output.resolve().is_relative_to(source.resolve())
        output = self.output.resolve().relative_to(source.resolve()).as_posix() if inside else None
        return PathFilter(self.include, self.exclude, output)

    @property
    def file_limits(self) -> FileLimits:
        """The limits as `extract` takes them."""
        return FileLimits(**self.limits.model_dump())  # type: ignore[attr-defined]


def load_settings(
    source: Path, config: Path | None, flags: Mapping[str, object], *, publishing: bool = True
) -> Settings:
    """Read the settings for building `source`.

    Args:
        source: the source folder; it must exist, and steckbrief.toml is looked for beside it.
        config: a settings file to read instead; it must exist.
        flags: setting -> value as given on the command line; None means not given.
        publishing: whether a release is to be made; then the names of source and output must be UTF-8.

    Raises:
        UsageError: naming place, setting, value found and value expected.
    """
    if not source.is_dir():
        raise UsageError(f"{source}: no such folder. Name a folder that holds Markdown profiles.")
    file = config or _beside(source)
    if config is not None and not config.is_file():
        raise UsageError(f"{config}: no such settings file. Name an existing TOML file with --config.")
    values = _read(file)
    _refuse_unknown_variables()
    given = {name: value for name, value in flags.items() if value is not None}
    bound = type("Settings", (Settings,), {"file_values": values, "__module__": __name__})
    try:
        settings: Settings = bound(**given)
    except ValidationError as error:
        raise UsageError("\n".join(_explain(each, given, file) for each in error.errors())) from error
    except SettingsError as error:  # a variable for a list or a table, which is read as JSON
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        raise UsageError(
            printable(f"{ENV_PREFIX}*: {error}{cause}. Lists and tables are written as JSON there.")
        ) from error
    if settings.output.resolve() == source.resolve():
        raise UsageError(
            f"{settings.output}: the source folder cannot be the folder for the releases too. Name another one with"
            " --output."
        )
    for folder in (source, settings.output) if publishing else ():
        require_utf8(folder.absolute())
    return settings


def output_folder(flag: Path | None) -> Path:
    """The folder with the releases for a command that reads no source: as given, else as set, else the default.

    Settings are looked for in the environment and in steckbrief.toml of the working directory. UsageError where its
    name is not UTF-8.
    """
    folder = _output_folder() if flag is None else flag
    require_utf8(folder.absolute())
    return folder


def _output_folder() -> Path:
    """The folder with the releases where no flag names one."""
    set_in_file = _read(Path(FILE_NAME)).get("output")
    found = os.environ.get(f"{ENV_PREFIX}OUTPUT", set_in_file)
    if found == "":
        place = f"{ENV_PREFIX}OUTPUT" if f"{ENV_PREFIX}OUTPUT" in os.environ else f"{FILE_NAME}: output"
        raise UsageError(f"{place}: found an empty text, expected a folder. Name it, or leave the setting out.")
    return Path(found or Settings.model_fields["output"].default)


def require_utf8(folder: Path) -> None:
    """UsageError where a path is not UTF-8: pyarrow and DuckDB open no such file, and release.json cannot name it."""
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError as error:
        name = printable(str(folder))
        raise UsageError(f"{name}: the name of this folder is not UTF-8. Rename it, or use another one.") from error


def _beside(source: Path) -> Path:
    return source.absolute().parent / FILE_NAME


def _read(file: Path) -> dict[str, Any]:
    """The file's values, its paths made absolute; {} where the file does not exist."""
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
    """A misspelt variable would otherwise be ignored in silence, since an environment holds many foreign ones."""
    known = {f"{ENV_PREFIX}{name}".upper() for name in Settings.model_fields}
    for table, model in TABLES_OF_SETTINGS.items():
        known |= {f"{ENV_PREFIX}{table}{_NESTED}{name}".upper() for name in model.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(ENV_PREFIX) and name.upper() not in known)
    if unknown:
        raise UsageError(
            f"{printable(', '.join(unknown))}: no such setting. Known variables: {', '.join(sorted(known))}."
        )


def _explain(error: Mapping[str, Any], flags: Mapping[str, object], file: Path) -> str:
    """One line about one wrong setting, naming the place where it was set."""
    location = [str(part) for part in error["loc"] if part != "[key]"]  # pydantic's mark for a wrong key of a table
    name = ".".join(location)
    variable = f"{ENV_PREFIX}{_NESTED.join(location)}".upper()
    if location and location[0] in flags:
        place = f"--{location[0].replace('_', '-')}"
    elif variable in os.environ:
        place = variable
    else:
        place = f"{file}: {name}"
    if error["type"] == "extra_forbidden":
        known = TABLES_OF_SETTINGS.get(location[0], Settings).model_fields
        return printable(f"{place}: no such setting. Known settings: {', '.join(known)}.")
    problem = error["msg"].removeprefix("Value error, ")
    return printable(f"{place}: {problem}, found {error['input']!r}. Correct the value.")
