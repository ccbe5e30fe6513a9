"""Weight, size, postage, customer barcode, registered numbers.  May touch base, order, intake, select."""
