"""The log file: what went wrong, without prompts and without secrets.

Libraries put whole requests into their messages, so of what they say only the template and the place are
kept, from warnings on; of a traceback only the places, without the exception's own words.
"""

import logging
import logging.handlers
import re
import traceback
from io import TextIOWrapper
from pathlib import Path

from mixchat.config.paths import Paths
from mixchat.config.private_files import private_directory, private_file

OWN = "mixchat"
SIZE = 1_000_000
"""Bytes of one log file."""
KEPT = 3
"""Older log files that are kept."""

_SECRETS = re.compile(
    r"(?i)\b(?:sk|pk|rk|gsk|xai|key|ghp|gho|glpat|hf|co)[-_][\w-]{12,}"
    r"|\bAIza[\w-]{20,}|\beyJ[\w-]{10,}\.[\w.-]+"
    r"|(?P<name>bearer\s+|(?:x-)?(?:goog-)?(?:api[-_]?key|token|authorization)['\"]?\s*[:=]\s*['\"]?(?:bearer\s+)?)[^\s'\",;]+"
)


def start_log(paths: Paths) -> None:
    """Send everything that is logged or warned about to the log file, and nothing to the screen.

    Nothing is made on disk before there is something to log. A directory that cannot be written means that
    nothing is logged; it never stops the program.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, SafeFileHandler)]:
        root.removeHandler(handler)
        handler.close()
    root.addHandler(_handler(paths))
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)


def _handler(paths: Paths) -> logging.Handler:
    handler = SafeFileHandler(paths.log_file, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.addFilter(_belongs)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler


class SafeFileHandler(logging.handlers.RotatingFileHandler):
    """A log file that is made when there is something to write, and never complains."""

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        private_directory(path.parent)
        private_file(path)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record."""


class RedactingFormatter(logging.Formatter):
    """Writes a record without the contents of prompts and without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line, and for an exception its kind and places."""
        kept = logging.makeLogRecord(record.__dict__)
        kept.exc_info, kept.exc_text, kept.stack_info = None, None, None
        if not _ours(record):
            template = str(record.msg).partition("\n")[0][:200] if record.args else "a message"
            kept.msg, kept.args = f"{template} ({record.pathname}:{record.lineno})", None
        line = redact(super().format(kept))
        return f"{line}\n{_places(record)}" if record.exc_info else line


def redact(text: str) -> str:
    """Return `text` with everything that looks like a credential taken out."""
    return _SECRETS.sub(lambda found: f"{found['name'] or ''}[secret]", text)


def _belongs(record: logging.LogRecord) -> bool:
    return _ours(record) or record.levelno >= logging.WARNING


def _ours(record: logging.LogRecord) -> bool:
    return record.name == OWN or record.name.startswith(f"{OWN}.")


def _places(record: logging.LogRecord) -> str:
    """Return an exception's kind and the lines it passed, without its message."""
    kind, _, trace = record.exc_info or (None, None, None)
    lines = [f"  {place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(trace)]
    return "\n".join([f"  {kind.__name__ if kind else 'no exception'}", *lines])
