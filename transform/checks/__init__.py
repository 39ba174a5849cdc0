"""Findings: what is wrong with a profile, as rules with a code, a message and a remedy."""
