"""`people` as polars has them."""

import polars as pl

people = pl.read_ndjson("people.jsonl", infer_schema_length=None).with_columns(
    pl.col("since").str.to_datetime(time_zone="UTC", time_unit="us"), pl.col("birthday").str.to_date()
)
