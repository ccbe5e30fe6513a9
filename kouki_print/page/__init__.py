"""The page (紙面): layout, fonts and one piece's fields become drawing instructions.

May touch base, order and plan; knows nothing of files, sheets or how a PDF is put together.
"""
