"""Select (振分け): people and the year's rules give status, reason, document and delivery.  May touch
intake, order and base."""
