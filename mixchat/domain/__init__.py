"""Frozen values, the error tree and the protocols between the layers. No I/O."""
