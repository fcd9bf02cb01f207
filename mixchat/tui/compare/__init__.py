"""One prompt to several models, their answers side by side."""
