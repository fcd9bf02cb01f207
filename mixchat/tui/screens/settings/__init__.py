"""The config on the screen, drawn from its own schema."""
