"""`people` as a table of DuckDB."""

import duckdb

database = duckdb.connect()
database.execute("SET TimeZone = 'UTC'")
database.execute("""
    CREATE TABLE people AS SELECT * FROM read_json('people.jsonl', format = 'newline_delimited', columns = {
        id: 'BIGINT', email: 'VARCHAR', first_name: 'VARCHAR', last_name: 'VARCHAR', note: 'VARCHAR', points: 'INTEGER',
        revenue: 'DECIMAL(10, 2)', vip: 'BOOLEAN', since: 'TIMESTAMPTZ', birthday: 'DATE' })
""")
