"""From files to documents.

This package finds profile files, decodes them, separates front matter from body and parses the Markdown into a tree of
sections with exact line spans. It does not know about tables, columns or vocabulary.
"""
