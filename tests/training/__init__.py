"""How the weights file is made: prompts, recipe and script. Nothing of it is needed to run."""
