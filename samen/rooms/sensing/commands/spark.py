"""The same features on more than one machine: Spark moves each person's tables to a worker, and there runs what runs without it.

Needs the extra `spark` and Java. Workers need this package in the same Python, and to read the same folders.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from samen.rooms.sensing import computing, parcels, participants, turning
from samen.rooms.sensing.computing import Part, Study
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.sharing import Found, Member

LOCAL = "local"  # how a master begins that is this machine alone
LOOPBACK = "127.0.0.1"
SETTINGS: Mapping[str, str] = {
    "spark.ui.enabled": "false",  # a page with what runs, for whoever reaches the port
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(parcels.ROWS_AT_ONCE),
    "spark.sql.execution.arrow.useLargeVarTypes": "true",  # a person's parcels may be more than 2 GB
    "spark.driver.maxResultSize": "0",  # the table of features comes back whole, however long it is
    "spark.executorEnv.POLARS_MAX_THREADS": "1",  # Spark gives each core a person of its own
    "spark.io.encryption.enabled": "true",  # what it puts aside on disk can be read by nobody after it ended
}
PRIVATE = ("spark.network.crypto.enabled", "spark.ssl.rpc.enabled")  # one of these hides what goes over the network
KINDS: Mapping[type[pl.DataType] | pl.DataType, str] = {
    pl.String(): "string",
    pl.Int64(): "long",
    pl.Int32(): "int",
    pl.Float64(): "double",
    pl.Boolean(): "boolean",
}
FAILED = (PySparkException, Py4JError)


class InTheOpen(RuntimeError):
    """Between this machine and the workers everybody on the network could read along: nothing was sent."""


class NotStarted(RuntimeError):
    """There is no session: Java is too old, or nobody answers at the address of the master."""


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """Give a session of Spark at a master, the one that runs or one for this while. Raises: NotStarted, InTheOpen."""
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the Python of workers
    builder = SparkSession.builder.master(master).appName("samen")
    here = {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK} if master.startswith(LOCAL) else {}
    for name, value in {**SETTINGS, **here}.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except FAILED as wrong:
        raise NotStarted(str(wrong).splitlines()[0][:200]) from wrong
    spark.sparkContext.setLogLevel("ERROR")
    conf = spark.sparkContext.getConf()
    try:
        if is_open(master, dict(conf.getAll())):
            raise InTheOpen(master)
        yield spark
    finally:
        spark.stop()


def is_open(master: str, conf: Mapping[str, str]) -> bool:
    """Say whether somebody on the network could read what goes between this machine and the workers."""
    return not master.startswith(LOCAL) and "true" not in (conf.get(name, "") for name in PRIVATE)


def of_files(reads: Iterable[Read], study: Study, *, master: str, beside: Path, explained: bool) -> Part:
    """Compute the features of what was read from files.

    Files are read here, several times as fast as features are computed, and go to workers as parcels in a folder that is
    made beside `beside` and removed at the end. Raises: NotStarted, InTheOpen.
    """
    accounts = []
    with TemporaryDirectory(prefix=".samen-spark-", dir=beside) as folder, session(master) as spark:
        files = []
        for number, read in enumerate(reads):
            own = participants.assigned(read, study.roster) if study.roster is not None else read
            accounts.append(Read({}, own.quarantine, own.counts))
            for stream, rows in own.tables.items():
                file = Path(folder) / f"{number}-{stream}.parquet"
                parcels.packed(stream, rows, on_wall_clock=stream in own.on_wall_clock).write_parquet(file)
                files.append(str(file))
        work = parcels.of_files(study, explained=explained)
        found = _answers(spark.read.schema(parcels.PARCEL).parquet(*files), work) if files else []
    nobody = computing.part_of(Read({}), study, explained=explained)
    none = [replace(nobody, account=account) for account in accounts]
    return computing.all_parts([*found, *none, nobody], study.profile)


def of_archive(found: Found, members: Iterable[Member], study: Study, *, master: str, explained: bool) -> Part:
    """Compute the features of people out of the archive's tables. Raises: NotStarted, InTheOpen."""
    by_key = {member.key: member for member in members}
    with session(master) as spark:
        parts = [_parcels(spark, stream, uris, found, by_key) for stream, uris in sorted(found.files.items()) if uris]
        work = parcels.of_members(study, by_key, explained=explained)
        made = _answers(reduce(DataFrame.unionAll, parts), work) if parts else []
    return computing.all_parts([*made, computing.part_of(Read({}), study, explained=explained)], study.profile)


def _parcels(spark: SparkSession, stream: str, uris: list[str], found: Found, people: Iterable[str]) -> DataFrame:
    """Give people's parcels of one typed table. Out of a bucket workers fetch the files themselves: Spark alone cannot reach one."""
    if found.reached_by is None:
        rows = spark.read.schema(_columns(stream)).parquet(*uris)
        return rows.mapInArrow(parcels.packer(stream, people), parcels.PARCEL)
    named = spark.createDataFrame([(uri,) for uri in uris], "uri string")
    return named.mapInArrow(parcels.fetcher(stream, people, found.reached_by), parcels.PARCEL)


def is_gone(wrong: BaseException) -> bool:
    """Say whether Spark failed because a file that a table named a moment ago is not there any more."""
    return any(word in str(wrong) for word in ("FILE_NOT_EXIST", "FileNotFoundException", "PATH_NOT_FOUND"))


def _answers(people: DataFrame, work: parcels.Work) -> list[Part]:
    """Let workers compute, each a person at a time."""
    return parcels.answers(people.groupBy("person").applyInArrow(work, parcels.ANSWER).toArrow())


def _columns(stream: str) -> str:
    return ", ".join(f"`{name}` {KINDS[kind]}" for name, kind in turning.schema_of(stream).items())
