"""Writes CSV files as Python's csv module does, in all of its dialects: one JSON object a line, with what is in them."""

import base64
import csv
import io
import json
import random
import sys

PIECES = ["a", "b", "1", "2.5", " ", ",", ";", "\t", "|", '"', "'", "\\", "\n", "\r\n", "é", "ß", "Ö", "x" * 9]
ONLY_UNICODE = ["漢", "🎿", "ł"]
NAMES = ["id", "name", "note"]


def cell(rng, encoding):
    pieces = PIECES if encoding == "cp1252" else PIECES + ONLY_UNICODE
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(5)))


def files(seed, count):
    rng = random.Random(seed)
    while count > 0:
        delimiter = rng.choice([",", ";", "\t", "|"])
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE])
        doubled = rng.random() < 0.6
        encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
        rows = [[f"r{n}", cell(rng, encoding), cell(rng, encoding)] for n in range(rng.randrange(1, 9))]
        text = io.StringIO(newline="")
        writer = csv.writer(
            text,
            delimiter=delimiter,
            quotechar=None if quoting == csv.QUOTE_NONE else '"',
            quoting=quoting,
            doublequote=doubled,
            escapechar=None if doubled and quoting != csv.QUOTE_NONE else "\\",
            lineterminator=rng.choice(["\n", "\r\n"]),
        )
        writer.writerow(NAMES)
        writer.writerows(rows)
        count -= 1
        yield {
            "csv": {
                "delimiter": delimiter,
                "quote": "none" if quoting == csv.QUOTE_NONE else '"',
                "escape": "double" if doubled and quoting != csv.QUOTE_NONE else "backslash",
                "encoding": {"utf-8-sig": "utf-8", "utf-16": "utf-16le", "cp1252": "windows-1252"}.get(encoding, encoding),
            },
            "isQuoted": quoting == csv.QUOTE_ALL,
            "bytes": base64.b64encode(text.getvalue().encode(encoding)).decode("ascii"),
            "rows": rows,
        }


for file in files(int(sys.argv[1]), int(sys.argv[2])):
    print(json.dumps(file))
