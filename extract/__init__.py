"""From files to documents.

Finds profile files, reads their bytes as text, separates front matter from body and parses the Markdown
into a tree of sections with exact line spans. Knows nothing of tables, columns or vocabulary, and imports
nothing else of Steckbrief.
"""
