"""mixchat gives every prompt to the right model."""
