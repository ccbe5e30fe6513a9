"""Posting (差出し): the papers for the post office, in a run and again after pieces were taken out."""
