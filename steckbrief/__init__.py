"""Steckbrief turns a directory of Markdown profiles into typed, versioned tables."""
