"""Splits a body into its lines, at line feeds only: other separators may stand inside JSON."""

from collections.abc import AsyncGenerator, AsyncIterator


async def lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """Yield the lines that are not blank, the last one even without its line feed."""
    held = b""
    async for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
    if held.strip():
        yield held
