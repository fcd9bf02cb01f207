"""The app as append-only text, for screen readers and terminals that can do no more."""
