"""kouki_print: document generation and mailing production for medical-care unions of people over 75."""

__version__ = "0.1.0"
