"""The terminal itself: keys as bytes, pacing of output, clipboard, notifications and leaving."""
