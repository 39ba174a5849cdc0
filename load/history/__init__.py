"""The changes since the previous release, and the history of every row."""
