"""The app on the screen. Textual lives only here."""
