"""What the actions do: one class for each subject, such as copying, branching or budgets."""
