"""Setting a chat up: system prompt, effort, temperature, length, search."""
