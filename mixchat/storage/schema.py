"""The tables of chats, turns, files, drafts and vectors, as they were made and as they grew."""

from typing import Final

CHATS: Final = """
CREATE TABLE chats (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    private INTEGER NOT NULL DEFAULT 0,
    deleted REAL,
    leaf TEXT,
    state TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX chats_by_update ON chats (deleted, pinned DESC, updated DESC);
CREATE TABLE tags (
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (chat, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE turns (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    parent TEXT,
    created REAL NOT NULL,
    outcome TEXT NOT NULL,
    deleted REAL,
    prompt TEXT NOT NULL,
    reply TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX turns_by_chat ON turns (chat, key);
CREATE TABLE owners (
    turn TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
    pid INTEGER NOT NULL,
    born REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE files (
    digest TEXT PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
CREATE VIRTUAL TABLE words USING fts5(
    prompt, reply, content='turns', content_rowid='key', tokenize="unicode61 remove_diacritics 2", prefix='1 2 3 4'
);
CREATE TRIGGER turns_indexed AFTER INSERT ON turns WHEN new.outcome <> 'open' BEGIN
    INSERT INTO words (rowid, prompt, reply) VALUES (new.key, new.prompt, new.reply);
END;
CREATE TRIGGER turns_settled AFTER UPDATE OF outcome, prompt, reply ON turns BEGIN
    INSERT INTO words (words, rowid, prompt, reply)
        SELECT 'delete', old.key, old.prompt, old.reply WHERE old.outcome <> 'open';
    INSERT INTO words (rowid, prompt, reply)
        SELECT new.key, new.prompt, new.reply WHERE new.outcome <> 'open';
END;
CREATE TRIGGER turns_removed AFTER DELETE ON turns WHEN old.outcome <> 'open' BEGIN
    INSERT INTO words (words, rowid, prompt, reply) VALUES ('delete', old.key, old.prompt, old.reply);
END;
CREATE TABLE drafts (
    place TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE prompts (
    key INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
"""

VECTORS: Final = """
CREATE TABLE vectors (
    turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (turn, model)
) STRICT, WITHOUT ROWID;
"""


SEARCH: Final = """
DROP TRIGGER turns_indexed;
DROP TRIGGER turns_settled;
DROP TRIGGER turns_removed;
DROP TABLE words;
CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='trigram case_sensitive 1', detail=none);
CREATE VIEW turn_texts AS
    SELECT key, outcome, folded(prompt || char(31) || reply || char(31) || coalesce((
        SELECT group_concat(attached_text(files.data), char(31))
        FROM json_each(CAST(turns.body AS TEXT), '$.files') AS file
        JOIN files ON files.digest = json_extract(file.value, '$.digest')
        WHERE json_extract(file.value, '$.media_type') = 'text/plain'
    ), '')) AS text FROM turns;
INSERT INTO texts (rowid, text) SELECT key, text FROM turn_texts WHERE outcome <> 'open';
CREATE TRIGGER turns_indexed AFTER INSERT ON turns WHEN new.outcome <> 'open' BEGIN
    INSERT INTO texts (rowid, text) SELECT key, text FROM turn_texts WHERE key = new.key;
END;
CREATE TRIGGER turns_settled AFTER UPDATE OF outcome, prompt, reply ON turns BEGIN
    DELETE FROM texts WHERE rowid = old.key;
    INSERT INTO texts (rowid, text) SELECT key, text FROM turn_texts WHERE key = new.key AND new.outcome <> 'open';
END;
CREATE TRIGGER turns_removed AFTER DELETE ON turns BEGIN
    DELETE FROM texts WHERE rowid = old.key;
END;
"""
"""Search by the signs of a text rather than its words: parts of words, and scripts that put no space between them."""

DRAFTS: Final = """
ALTER TABLE drafts RENAME TO old_drafts;
CREATE TABLE drafts (
    window TEXT NOT NULL,
    chat TEXT NOT NULL,
    pid INTEGER,
    born REAL,
    written REAL NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (window, chat)
) STRICT, WITHOUT ROWID;
INSERT INTO drafts (window, chat, written, text)
    SELECT 'before', place, 0, masked_draft(text) FROM old_drafts
    WHERE NOT EXISTS (SELECT 1 FROM prompts WHERE prompts.text = draft_text(old_drafts.text))
    AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.prompt = draft_text(old_drafts.text));
DROP TABLE old_drafts;
"""
"""A draft belongs to one chat of one window. Of the old ones those are kept that were not sent, without credentials."""

GROWTH: Final = """
DROP INDEX turns_by_chat;
CREATE INDEX turns_by_chat ON turns (chat, key, deleted, id, parent, outcome, length(prompt), length(reply));
CREATE INDEX turns_open ON turns (outcome) WHERE outcome = 'open';
CREATE INDEX turns_deleted ON turns (deleted) WHERE deleted IS NOT NULL;
"""
"""A chat is listed without reading its texts, and what is open or deleted is found without reading every turn."""
