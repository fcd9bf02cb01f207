"""Markdown as rows: parsed in blocks as it streams, laid out when it is first seen."""
