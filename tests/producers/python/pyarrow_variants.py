import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

columns = pa.schema(
    [
        ("id", pa.int64()), ("email", pa.string()), ("first_name", pa.string()), ("last_name", pa.string()),
        ("note", pa.large_string()), ("points", pa.int32()), ("revenue", pa.float64()), ("vip", pa.bool_()),
        ("since", pa.timestamp("us", "UTC")), ("birthday", pa.date32()),
    ]
)
table = pa.Table.from_pandas(people, schema=columns, preserve_index=False)
pa.csv.write_csv(table, "pyarrow.csv")
pq.write_table(table, "pyarrow.parquet", row_group_size=700)
pq.write_table(table, "plain.parquet", use_dictionary=False, compression="none", data_page_version="2.0", data_page_size=4096)
pq.write_table(table, "old.parquet", version="1.0", use_deprecated_int96_timestamps=True, compression="snappy")
cents = table.set_column(6, "revenue", table["revenue"].cast(pa.decimal128(10, 2)))
millis = cents.set_column(8, "since", table["since"].cast(pa.timestamp("ms")))
pq.write_table(millis, "decimal.parquet")
XDM = ["_acme.customerId", "personalEmail.address", "person.name.firstName", "person.name.lastName", "_acme.note",
       "_acme.points", "_acme.revenue", "_acme.vip", "extSourceSystemAudit.lastUpdatedDate", "person.birthDate"]
pq.write_table(table.rename_columns(XDM), "xdm-names.parquet")
