"""The only room that writes print PDFs: PDF/X-4 + PDF/VT-1, streamed, deterministic.

May touch base only; knows nothing of people or rules.
"""
