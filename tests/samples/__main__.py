"""Write every sample: python -m tests.samples FOLDER, for bench/field.py FOLDER."""

import argparse
from pathlib import Path

from tests.samples import write_all

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path)
folder = parser.parse_args().folder
print(f"{write_all(folder)} notebooks in {folder}")
