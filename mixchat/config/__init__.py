"""Config, stacks, keys and the model catalog: files and variables, read strictly and written with care."""
