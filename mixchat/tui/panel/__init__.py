"""The side panel: every turn, how one came about, how the providers are, and what it costs."""
