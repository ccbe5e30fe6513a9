"""Units: what the folders of one municipality or employer hold beside its print files, made by the workers.

========================================  =====================================================
file                                      made by
========================================  =====================================================
box_labels, pallet_labels, dividers,      labels.py (words: label_texts.py, checks: label_checks.py)
number_labels.pdf
boxes.csv, bundles.csv, envelope.pdf      vendor.py
blank_*.pdf, delivery_note.*              delivery.py (blanks.py)
index.*, handwriting.*, sealed/protected  name_lists.py
posting_slips.pdf, counter_list.pdf       handing_out.py (slips.py, counter.py; lines: row_lists.py)
covering_letter.pdf                       letter.py (words: letter_words.py)
========================================  =====================================================

write.py makes them all from a task (task.py), with layouts (forms.py) and the plan's figures (consignments.py).
breakdown.* is made in job/posting, cover_list.pdf in job/cover_lists.py.
"""
