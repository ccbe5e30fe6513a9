"""``python -m kouki_print``."""

from kouki_print.cli import program

if __name__ == "__main__":
    program()
