"""Seeing which model has which role, and changing it."""
