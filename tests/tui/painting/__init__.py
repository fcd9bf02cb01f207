"""What is written to the terminal, and when."""
