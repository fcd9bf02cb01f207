"""Composition: settings, storage and routing are made here and handed to whoever needs them."""
