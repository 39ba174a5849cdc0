"""Every column of every table, declared once.

Arrow schemas, Parquet metadata, CSV types, the data dictionary, the data package and the key checks derive from
the declarations here. Holds no rows and reads no profiles.
"""
