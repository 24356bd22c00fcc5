"""`people` as pandas has them: numbers that may be missing are floats, instants have a zone, days are dates."""

import datetime
import json

import pandas as pd

rows = [json.loads(line) for line in open("people.jsonl", encoding="utf-8")]
people = pd.DataFrame(rows)
people["since"] = pd.to_datetime(people["since"], utc=True)
people["birthday"] = [row["birthday"] and datetime.date.fromisoformat(row["birthday"]) for row in rows]
