"""The fuzz target: libFuzzer, through Atheris, generates files, and promises.py checks them.

The arguments are those of libFuzzer; `make fuzz` passes them. The run ends at the first broken promise and writes the
file that broke it.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["extract", "transform"]):
    from fuzz.promises import check_promises


def test_one_input(data: bytes) -> None:
    """Check one generated file."""
    check_promises(data)


if __name__ == "__main__":
    # Load the vocabulary and lazy libraries now, so that they do not count as the time of an input.
    test_one_input(b"# Krita")
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
