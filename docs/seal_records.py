"""Gives records that are older than the digest of their content one, marked `sealed_later`.

`python docs/seal_records.py FOLDER`. The digest of such a record shows changes from now on and none
from before; pages and checks say so. What a file holds besides stays as it is, byte by byte.
"""

import json
import sys
from pathlib import Path

from benchmarks.families.catalogue import FAMILIES
from benchmarks.running.record import content_digest, record_family
from data.files import write_atomic


def seal(path: Path) -> bool:
    """Seal one record; whether it had no digest yet."""
    text = path.read_text(encoding="utf-8")
    plain = json.loads(text)
    if plain.pop("content", None) is not None:
        return False
    (kind,) = (one for one in FAMILIES if one.record_family == record_family(path))
    record = kind.record().model_validate(plain | {"sealed_later": True})
    last = f',\n "content": "{content_digest(record)}",\n "sealed_later": true\n}}\n'
    body = text.replace('\n "content": null,', "", 1).rstrip()
    write_atomic(path, body.removesuffix("}").rstrip() + last)
    return True


def main() -> None:
    """Seal every record below the folder that is named, and say how many."""
    if len(sys.argv) != 2:
        sys.exit("name one folder of records: python docs/seal_records.py FOLDER")
    paths = sorted(Path(sys.argv[1]).rglob("*.json"))
    sys.stdout.write(f"{sum(map(seal, paths))} of {len(paths)} records sealed later\n")


if __name__ == "__main__":
    main()
