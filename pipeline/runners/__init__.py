"""Runners: read batches of files in this process or in others."""
