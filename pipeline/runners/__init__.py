"""Runners: each reads batches of files somewhere, in this process or elsewhere."""
