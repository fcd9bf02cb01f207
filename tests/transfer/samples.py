"""Exports as other programs write them, made for these tests."""

from typing import Any


def gpt_message(role: str, *parts: object, at: float = 1_700_000_000.0, **facts: object) -> dict[str, Any]:
    kind = facts.pop("content_type", "text")
    content = facts.pop("content", {"content_type": kind, "parts": list(parts)})
    recipient = facts.pop("recipient", "all")
    return {
        "author": {"role": role}, "create_time": at, "content": content, "metadata": facts, "recipient": recipient,
    }  # fmt: skip


def gpt_tree(*nodes: tuple[str, str | None, dict[str, Any] | None]) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        key: {"id": key, "message": message, "parent": parent, "children": []}
        for key, parent, message in nodes
    }
    for key, parent, _ in nodes:
        if parent is not None:
            mapping[parent]["children"].append(key)
    return mapping


def gpt_conversation() -> dict[str, Any]:
    """A prompt with two answers, the second of them gone on with, tools and hidden messages between."""
    return {
        "title": "Bees\nand \x1b[31mbirds",
        "create_time": 1_700_000_000.5,
        "update_time": 1_700_000_900.0,
        "conversation_id": "6f1b0f52-aaaa-bbbb-cccc-000000000001",
        "current_node": "a3",
        "mapping": gpt_tree(
            ("root", None, None),
            ("sys", "root", gpt_message("system", "")),
            ("hidden", "sys", gpt_message("user", "About me: secret", is_visually_hidden_from_user=True)),
            ("u1", "hidden", gpt_message("user", "How do bees dance?", {"content_type": "image_asset_pointer"})),
            ("a1", "u1", gpt_message("assistant", "In circles.", model_slug="gpt-4o", at=1_700_000_003.0)),
            ("t2", "u1", gpt_message("assistant", model_slug="o3", content={
                "content_type": "thoughts", "thoughts": [{"summary": "s", "content": "Let me think."}],
            })),
            ("c2", "t2", gpt_message("assistant", model_slug="o3", recipient="python", content={
                "content_type": "code", "text": "print(1)",
            })),
            ("r2", "c2", gpt_message("tool", "1")),
            ("a2", "r2", gpt_message(
                "assistant", "In eights \ue200cite\ue202turn0search0\ue201.", model_slug="o3", at=1_700_000_009.0,
                content_references=[{"items": [{"url": "https://bees.example", "title": "Bees"}]}],
            )),
            ("u3", "a2", gpt_message("user", "And birds?", at=1_700_000_100.0)),
            ("a3", "u3", gpt_message("assistant", "They fly \ud83d.", model_slug="o3", at=1_700_000_101.0)),
        ),
    }  # fmt: skip


def claude_conversation() -> dict[str, Any]:
    return {
        "uuid": "11111111-2222-3333-4444-555555555555",
        "name": "Dinner",
        "created_at": "2025-03-01T10:00:00.000000Z",
        "updated_at": "2025-03-01T10:05:00.000000Z",
        "account": {"uuid": "x"},
        "chat_messages": [
            {
                "uuid": "m1", "sender": "human", "created_at": "2025-03-01T10:00:00Z", "text": "What can I cook?",
                "content": [{"type": "text", "text": "What can I cook?"}],
                "attachments": [{"file_name": "fridge.txt", "file_type": "txt", "extracted_content": "eggs"}],
                "files": [{"file_name": "photo.png"}],
            },
            {
                "uuid": "m2", "sender": "assistant", "created_at": "2025-03-01T10:00:05Z", "text": "An omelette.",
                "content": [
                    {"type": "thinking", "thinking": "Eggs."},
                    {"type": "tool_use", "name": "web_search", "input": {}},
                    {"type": "text", "text": "An omelette."},
                ],
                "attachments": [], "files": [],
            },
            {"uuid": "m3", "sender": "human", "created_at": "2025-03-01T10:01:00Z", "text": "And then?", "content": []},
            {"uuid": "m4", "sender": "assistant", "created_at": "2025-03-01T10:01:02Z", "text": "Salad.", "content": []},
        ],
    }  # fmt: skip
