"""Chats and turns, saved and found again."""
