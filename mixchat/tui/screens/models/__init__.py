"""Choosing a model by what is known of it."""
