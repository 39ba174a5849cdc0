"""Every file in the corpus of the fuzzer keeps the promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.promises import check_promises

CORPUS = Path(__file__).parent.parent / "fuzz" / "corpus"


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in sorted(CORPUS.iterdir())])
def test_every_file_of_the_corpus_keeps_the_promises(file: Path) -> None:
    check_promises(file.read_bytes())
