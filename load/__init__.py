"""From rows to a published release.

Writes Parquet, CSV, the DuckDB file, manifest, data package and change set, checks them at the gates, and
publishes by atomic rename. Takes tables as they are: what a row means is decided before it gets here.
"""
