"""A new study from files: what they are, which samples they hold, and the sheets that follow."""
