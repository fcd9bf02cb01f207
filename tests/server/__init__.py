"""mixchat for other programs and for a browser."""
