"""The old home of `signals_later`, until nothing outside this package imports it from here."""

from steckbrief.load.database import signals_later

__all__ = ["signals_later"]
