"""Prints the lesions of one part of a picture set's split, one id a line.

    python models/tools/lesion/parts.py --data DATA --part test > fold0.txt

`test` is fold 0, which nothing was trained or fitted on.
"""

import argparse
import pathlib

from sources import SOURCES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with the picture sets")
    parser.add_argument("--set", choices=sorted(SOURCES), default="ham7")
    parser.add_argument("--part", choices=("train", "monitor", "calibration", "test"), required=True)
    args = parser.parse_args()
    records = SOURCES[args.set].records(args.data, 0)
    print("\n".join(sorted({record.lesion for record in records if record.part == args.part})))


if __name__ == "__main__":
    main()
