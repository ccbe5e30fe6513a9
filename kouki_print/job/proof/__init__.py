"""The proof pack (校正): the people that show every case, their pages, and the sign-off by digests."""
