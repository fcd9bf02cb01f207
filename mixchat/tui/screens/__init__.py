"""The screens beside the chat: chats, models, stack, settings, spending, chat settings and help."""
