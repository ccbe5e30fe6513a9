"""Verification (検証): reads finished print files back and compares them with the plan.

The only room that reads print PDFs.  Encoders and decoders are strangers to each other: text and
pixels come from pdfium, codes from zxing-cpp, customer barcodes from measuring the pixels.
May touch base, order, post, plan, page and sheet.
"""
