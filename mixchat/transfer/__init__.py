"""Chats in and out: as JSON, Markdown and HTML, and from other programs' exports."""
