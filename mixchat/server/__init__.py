"""mixchat for other programs and for a browser, on loopback: the OpenAI-compatible API, and the app."""
