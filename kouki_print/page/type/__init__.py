"""Type (文字): fonts and their glyphs, and how a text is fitted into its field."""
