"""The SQLite file: chats, turns, drafts, search and the ledger's tables."""
