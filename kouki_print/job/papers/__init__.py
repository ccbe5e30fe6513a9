"""Papers (渡すもの): what vendor, units and post office get is read back and counts to what the ledger has."""
