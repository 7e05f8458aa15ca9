"""Spark, within this process: the same rules and records as DuckDB and Polars, fewer of them."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.columns.rules import column_rules
from tests.columns.sides import Tally, agree
from tests.logic.rules import records

pytestmark = [
    pytest.mark.spark,
    pytest.mark.soak,
    pytest.mark.timeout(300),
    # Spark hands answers over through sockets that it leaves to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.log.level": "OFF",
}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """An Ibis connection to a small, quiet Spark."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    gateway = SparkContext._gateway
    assert gateway is not None
    yield ibis.pyspark.connect(session)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        session.stop()
        gateway.shutdown()
        gc.collect()


def test_spark_agrees(spark: Any) -> None:
    """A query takes it a second, so each holds many rules."""
    tally = Tally()

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(
        st.lists(column_rules(depth=2), min_size=20, max_size=20),
        st.lists(records(), min_size=20, max_size=20),
    )
    def compare(drawn: list[Any], each: list[dict[str, Any]]) -> None:
        agree([spark], drawn, each, tally)

    compare()
    assert tally.rules["pyspark"] >= 20, tally
    gc.collect()
