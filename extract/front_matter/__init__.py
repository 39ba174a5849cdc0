"""Front matter: one module per format, and the reader that picks the format."""
