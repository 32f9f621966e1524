"""The study: its config and sheets, checked before any job starts."""
