"""Every file of the fuzzing corpus keeps the promises that hold for any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.promises import hold

CORPUS = Path(__file__).parent.parent / "fuzz" / "corpus"


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in sorted(CORPUS.iterdir())])
def test_promises_hold_for_every_file_of_the_corpus(file: Path) -> None:
    hold(file.read_bytes())
