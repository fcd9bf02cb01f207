"""The screens beside the conversation: chats, models, stacks, settings, spending, and setting a chat up."""
