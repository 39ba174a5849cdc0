"""Findings: the rules that profiles can break, and the checks that report them."""
