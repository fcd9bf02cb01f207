"""What role a prompt has, which model takes it, and what happens when that model fails."""
