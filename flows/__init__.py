"""The Prefect flow and the ``steckbrief`` command line.

Wires extract, transform and load together and speaks to people. Thin on purpose: a decision about meaning,
rows or releases belongs in one of the other packages.
"""
