"""The shape of rows on their way to the tables."""

from __future__ import annotations

from typing import TypeAlias

Row: TypeAlias = dict[str, object]
"""One row: column name -> value, with every column of its table."""

# Columns that depend on other profiles hold these until transform.dataset fills them in.
PENDING_SHARED_BY = 0
PENDING_MATCH = "none"
PENDING_POSITION = 0
PENDING_TARGET: None = None
