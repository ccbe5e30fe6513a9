"""Preflight: the 45 items a print PDF must hold, read object by object from any PDF file."""
