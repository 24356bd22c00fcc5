"""`people` as a DataFrame of Spark."""

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
people = spark.read.schema(
    "id BIGINT, email STRING, first_name STRING, last_name STRING, note STRING, points INT, revenue DOUBLE, vip BOOLEAN,"
    "since TIMESTAMP, birthday DATE"
).json("people.jsonl").repartition(3)
