"""Everything that can be done in the app: one table for keys, palette, slash commands, footer and help."""
