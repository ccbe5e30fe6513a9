"""The sheet (用紙): where each page lies on the press sheet, and the marks around it.

May touch base, order, page and plan; knows nothing of people.
"""
