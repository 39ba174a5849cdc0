"""Settings: what can be set, by whom and where."""
