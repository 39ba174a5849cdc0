"""Profiles in a git repository: reading the files of a commit, and fetching new commits."""
