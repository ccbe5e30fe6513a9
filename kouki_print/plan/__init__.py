"""The plan (製造計画): order, sequence, boxes and lots — the one table that every output reads.

May touch base, order, intake, select and post; knows nothing of drawing.
"""
