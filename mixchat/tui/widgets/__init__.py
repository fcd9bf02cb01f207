"""What several parts of the screen are made of."""
