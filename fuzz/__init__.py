"""Coverage-guided fuzzing of extract and transform: what must hold for any bytes, and the target that looks for more.

Belongs here: the promises (promises.py), the target (profile_target.py), seed files and a dictionary of Markdown.
Does not belong here: what a profile should say; those are tests.
"""
