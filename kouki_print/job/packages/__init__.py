"""Packages (引渡し): encrypted files for the vendor and each unit, and opening and checking them there."""
