"""The local classifier: rules, trained weights and what a person taught give a prompt its role, with no network."""
