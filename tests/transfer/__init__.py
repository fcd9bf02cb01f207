"""Chats in and out."""
