"""Where a prompt is written: the text, what is attached, who would answer, and what waits."""
