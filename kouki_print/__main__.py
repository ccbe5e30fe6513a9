"""``python -m kouki_print``."""

from kouki_print.cli import main

if __name__ == "__main__":
    main()
