"""Common ground: errors, problems, dates, check digits, files.  May import nothing of the project."""
