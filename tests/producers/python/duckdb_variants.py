for statement in [
    "COPY people TO 'duckdb.csv' (HEADER)",
    "COPY people TO 'pipe.csv' (HEADER, DELIMITER '|')",
    "COPY people TO 'forced.csv' (HEADER, FORCE_QUOTE *)",
    "COPY people TO 'packed.csv.gz' (HEADER, COMPRESSION gzip)",
    "COPY people TO 'duckdb.parquet' (FORMAT parquet)",
    "COPY people TO 'version-2.parquet' (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE 2048)",
    "COPY people TO 'duckdb.ndjson' (FORMAT json)",
    "COPY people TO 'duckdb.json' (FORMAT json, ARRAY true)",
]:
    database.execute(statement)
