import csv

people.to_csv("with-index.csv")
people.to_csv("semicolon.csv", index=False, sep=";", decimal=",")
people.to_csv("tab.tsv", index=False, sep="\t")
people.to_csv("pipe.csv", index=False, sep="|")
people.to_csv("windows-1252.csv", index=False, encoding="cp1252")
people.to_csv("utf-16.csv", index=False, encoding="utf-16")
people.to_csv("with-mark.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
people.to_csv("all-quoted.csv", index=False, quoting=csv.QUOTE_ALL)
people.to_csv("packed.csv.gz", index=False)
people.to_json("lines.ndjson", orient="records", lines=True, date_format="iso")
people.to_json("array.json", orient="records", date_format="iso")
people.assign(birthday=people["birthday"].astype("string")).to_json("epoch.ndjson", orient="records", lines=True, date_format="epoch", date_unit="ms")
people.to_parquet("with-index.parquet")
for codec in ["gzip", "zstd", "brotli", "lz4"]:
    people.to_parquet(f"{codec}.parquet", index=False, compression=codec)
people.convert_dtypes().to_parquet("nullable.parquet", index=False)
