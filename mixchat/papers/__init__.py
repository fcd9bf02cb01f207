"""Files on disk and the environment, read and written plainly: paths, config, stacks, keys, catalog, database."""
