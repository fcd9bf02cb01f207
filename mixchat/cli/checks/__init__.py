"""What `mixchat doctor` looks at, one file an area."""
