"""``python -m graphsignal_mw.cli``."""

from graphsignal_mw.cli import main

if __name__ == "__main__":
    main()
