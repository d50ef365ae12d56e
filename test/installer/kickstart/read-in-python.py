"""
Reads a JSON list of texts. With the argument words: writes the words of each, as shlex splits a line.
With faults: what pykickstart has against each as a kickstart, null for nothing.
"""

import json
import shlex
import sys
import warnings


def words(line):
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return None


def fault(text):
    from pykickstart.parser import KickstartParser
    from pykickstart.version import makeVersion

    try:
        KickstartParser(makeVersion("F45")).readKickstartFromString(text)
        return None
    except Exception as error:
        return str(error) or type(error).__name__


warnings.simplefilter("ignore")
judge = {"words": words, "faults": fault}[sys.argv[1]]
json.dump([judge(text) for text in json.load(sys.stdin)], sys.stdout)
