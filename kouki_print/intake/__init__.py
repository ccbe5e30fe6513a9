"""Intake (取込): bytes of the export and a layout give people and problems.  May touch order and base."""
