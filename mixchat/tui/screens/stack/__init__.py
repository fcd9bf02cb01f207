"""Seeing who sits in which role, and seating others."""
