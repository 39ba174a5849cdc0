"""Coverage-guided fuzzing of extract and transform."""
