"""Files as people have them: what they are, their text, their numbers, the runs that they name."""
