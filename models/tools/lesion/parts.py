"""Prints the lesions of one part of a picture set's split, one id a line.

    python models/tools/lesion/parts.py --data DATA --part test > fold0.txt

`test` is fold 0, which nothing was trained or fitted on.
"""

import argparse
import pathlib

from sources import ham7, isic3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with the picture sets")
    parser.add_argument("--set", choices=("ham7", "isic3"), default="ham7")
    parser.add_argument("--part", choices=("train", "monitor", "calibration", "test"), required=True)
    args = parser.parse_args()
    records = {"ham7": ham7, "isic3": isic3}[args.set](args.data)
    print("\n".join(sorted({record.lesion for record in records if record.part == args.part})))


if __name__ == "__main__":
    main()
