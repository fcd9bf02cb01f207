"""Finding chats again."""
