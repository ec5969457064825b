"""Prints, as JSON, which Saleor this Python finds. Runs on that Python.

Takes the names of distributions; tells which of them are not there.
"""

import json
import os
import platform
import sys
from importlib import metadata


def is_missing(name):
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return True
    return False


def saleor_version(saleor):
    # The wheel of 2.10.1 says "dev".
    if saleor.__version__[0].isdigit():
        return saleor.__version__
    return metadata.version("saleor")


def main():
    import django
    import saleor

    answer = {
        "saleor": saleor_version(saleor),
        "folder": os.path.dirname(os.path.abspath(saleor.__file__)),
        "python": platform.python_version(),
        "django": django.get_version(),
        "missing": [name for name in sys.argv[1:] if is_missing(name)],
    }
    print(json.dumps(answer))


main()
