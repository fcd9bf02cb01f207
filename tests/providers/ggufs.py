"""GGUF files small enough to write in a test."""

import struct


def _string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def gguf(size: int = 200, **numbers: int) -> bytes:
    """Return a file with a header, some facts and `size` bytes of nothing that stand for weights."""
    facts = {
        "block_count": 30, "context_length": 8192, "embedding_length": 576,
        "attention.head_count": 9, "attention.head_count_kv": 3,
    } | {name.replace("__", "."): value for name, value in numbers.items()}  # fmt: skip
    pairs = [
        _string("general.architecture") + struct.pack("<I", 8) + _string("llama"),
        _string("general.name") + struct.pack("<I", 8) + _string("Test Model"),
        _string("general.basename") + struct.pack("<I", 8) + _string("Testy"),
        _string("general.languages") + struct.pack("<IIQ", 9, 8, 2) + _string("en") + _string("fr"),
        *(_string(f"llama.{name}") + struct.pack("<II", 4, value) for name, value in facts.items()),
        _string("tokenizer.ggml.model") + struct.pack("<I", 8) + _string("gpt2"),
    ]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs) + bytes(size)
