#!/usr/bin/env python
"""The command line of tradelab. Commands find their database by themselves: see tradelab/commands.py."""

import sys

from tradelab.commands import main

if __name__ == "__main__":
    main(sys.argv)
