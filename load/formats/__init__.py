"""The file formats of a release. A new format is one module here and one line in registry.py."""
