"""The first minutes: what was found, a model that needs no key, and a key that is pasted in."""
