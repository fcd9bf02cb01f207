"""One file a provider behind one protocol; the compatible servers are data."""
