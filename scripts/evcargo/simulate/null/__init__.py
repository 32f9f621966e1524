"""Null studies: nothing differs, and what is compared is handed out at random."""
