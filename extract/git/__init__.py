"""Read the files of a commit, and fetch new commits."""
