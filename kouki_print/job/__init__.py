"""The job (作業): runs the line from export to verified folders.  May touch every room but cli."""
