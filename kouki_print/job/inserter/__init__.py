"""The inserter (封入機) of a job: its profile, the marks it reads on the sheets, and the deck that must stop it."""
