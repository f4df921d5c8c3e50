"""`python -m dynamicl`: the command, where its script is not on the path."""

import sys

from dynamicl.cli import console

if __name__ == "__main__":
    sys.exit(console())
