"""The files of a release: one module per format."""
