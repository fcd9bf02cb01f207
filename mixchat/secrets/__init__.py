"""Credentials in a prompt: found, and masked, before anything leaves this machine."""
