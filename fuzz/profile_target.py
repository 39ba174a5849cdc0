"""The fuzz target: libFuzzer, through Atheris, makes files; every one must keep the promises.

Arguments are libFuzzer's; `make fuzz` gives them. The first broken promise ends the run and leaves the file that broke
it.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["extract", "transform"]):
    from fuzz.promises import hold


def one_input(data: bytes) -> None:
    """Hold one made-up file to the promises."""
    hold(data)


if __name__ == "__main__":
    # Vocabulary and libraries that are loaded on first use are no part of the time that an input takes.
    one_input(b"# Krita")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
