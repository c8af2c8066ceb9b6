"""A pytest plugin: dbt's own functional tests, run against tdbt.

Each `dbtRunner.invoke` of a test becomes a call of tdbt's command line (TDBT_CLI) with the same arguments. What the tests look at
afterwards comes from what tdbt left: results, manifest, catalog from its artifacts, read by dbt's own classes; exceptions from its
output; events (`callbacks`) from its JSON log; the rows of `show` from the event that carries them. Where a test sets the clock of
its process, tdbt's is set the same. scripts/dbt-suite/run.sh shows how it is called.
"""
import json, os, re, shlex, subprocess, tempfile
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import agate, freezegun, pytest, yaml
import dbt.adapters.events.types, dbt.events.types, dbt.task.compile, dbt_common.events.types
import dbt.tests.util as util
from google.protobuf.json_format import ParseDict
from dbt.adapters.factory import FACTORY
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.materializations.incremental.microbatch import MicrobatchBuilder
from dbt_common.exceptions import DbtRuntimeError

CLI = shlex.split(os.environ["TDBT_CLI"])
CLOCK = Path(__file__).with_name("frozen-clock.mjs")
COMMANDS = ["run-operation", "source", "docs", "build", "run", "test", "seed", "snapshot", "compile", "parse", "list", "ls", "show",
            "clone", "retry", "debug", "deps", "clean", "init"]
EVENT_MODULES = (dbt.events.types, dbt.adapters.events.types, dbt_common.events.types)
COLORS = re.compile(r"\x1b\[[0-9;]*m")
captured, expected = [], []


class Result:
    """One result of a run: the fields of the artifact, the node as dbt's class, and what dbt's own class derives from them."""

    def __init__(self, raw, node, table=None):
        self.__dict__.update(raw)
        self.raw, self.node, self.agate_table = raw, node, table
        self.timing = [SimpleNamespace(**part) for part in raw.get("timing", [])]

    @property
    def skipped(self):
        return self.status == "skipped"

    def to_dict(self, **_):
        return self.raw


class Results(list):
    def __init__(self, rows, raw):
        super().__init__(rows)
        self.results, self.raw = list(rows), raw
        self.args, self.elapsed_time, self.metadata = raw.get("args", {}), raw.get("elapsed_time"), raw.get("metadata", {})

    def to_dict(self, **_):
        return self.raw


def read_manifest(target):
    path = Path(target) / "manifest.json"
    if not path.exists():
        return None
    manifest = Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(path)))
    # Fixture files are in no artifact; what unit tests have of them is.
    for test in manifest.unit_tests.values():
        for part in (*test.given, test.expect):
            if part.fixture:
                fixture, file = f"fixture.{test.package_name}.{part.fixture}", f"{test.package_name}://{part.fixture}"
                manifest.fixtures[fixture] = SimpleNamespace(file_id=file, rows=part.rows)
                text = "\n".join(",".join(map(str, row.values())) for row in part.rows) if isinstance(part.rows, list) else part.rows
                known = manifest.files.setdefault(file, SimpleNamespace(fixture=fixture, contents=text, unit_tests=[]))
                known.unit_tests.append(test.unique_id)
    return manifest


def node_of(manifest, unique_id):
    groups = ("nodes", "sources", "unit_tests", "exposures", "saved_queries", "functions")
    return next((found for group in groups if (found := getattr(manifest, group, {}).get(unique_id)) is not None), None)


def option(args, *names):
    for name in names:
        if name in args and args.index(name) + 1 < len(args):
            return args[args.index(name) + 1]
    return None


def target_folder(args, root):
    asked = option(args, "--target-path") or os.environ.get("DBT_TARGET_PATH")
    if asked is None and (root / "dbt_project.yml").exists():
        asked = (yaml.safe_load((root / "dbt_project.yml").read_text()) or {}).get("target-path")
    return root / (asked or "target")


def clock():
    """The time that the test has set for its process, if it has."""
    end_time = MicrobatchBuilder.build_end_time
    if isinstance(end_time, mock.NonCallableMock):
        return end_time.return_value
    return datetime.now(timezone.utc) if freezegun.api.freeze_factories else None


def event_of(record):
    """The record of tdbt's log as the event that dbt's callbacks get: its data in dbt's own message type, where dbt has the event."""
    name = record["info"]["name"]
    types = next((getattr(module, name) for module in EVENT_MODULES if hasattr(module, name)), None)
    data = SimpleNamespace(**record["data"])
    if types is not None:
        data = ParseDict(record["data"], getattr(types.PROTO_TYPES_MODULE, name)(), ignore_unknown_fields=True)
    return SimpleNamespace(info=SimpleNamespace(**record["info"]), data=data)


def read_events(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]


def preview_table(events):
    """The rows of `show`, from the text that it showed."""
    shown = next((event["data"]["preview"] for event in events if event["info"]["name"] == "ShowNode"), None)
    if shown is None:
        return None
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines()]
    return agate.Table([[cell or None for cell in row] for row in lines[2:]], column_names=lines[0])


def fill_cache(adapter, events):
    """Makes the cache of this process's adapter hold what tdbt's held at the end of the run."""
    for event in events:
        if event["info"]["name"] == "CacheDumpGraph":
            adapter.cache.clear()
            for key in event["data"]["dump"]:
                database, schema, identifier = key.split(".", 2)
                adapter.cache_added(adapter.Relation.create(database=database, schema=schema, identifier=identifier))
            # Their schemas were not read here: whoever lists them asks the database.
            adapter.cache.schemas.clear()


def invoke(self, args, **kwargs):
    args = [str(arg) for arg in args]
    for key, value in kwargs.items():
        args += [f"--{key.replace('_', '-')}", str(value)]
    command = next((arg for arg in args if arg in COMMANDS), "")
    root = Path(option(args, "--project-dir") or os.getcwd())
    target = target_folder(args, root)
    set_time = clock()
    with tempfile.TemporaryDirectory() as logs:
        env = dict(os.environ, DBT_LOG_PATH=logs, DBT_LOG_FORMAT_FILE="json", DBT_LOG_LEVEL_FILE="debug", DBT_LOG_CACHE_EVENTS="1")
        if set_time is not None:
            env["TDBT_CLOCK"] = set_time.isoformat()
            env["NODE_OPTIONS"] = f"--import {CLOCK}"
        listing = ["--quiet"] if command in ("ls", "list") and "--quiet" not in args else []
        began = freezegun.api.real_time() - 0.01
        done = subprocess.run(CLI + listing + args, capture_output=True, text=True, env=env, timeout=300)
        events = read_events(Path(logs) / "dbt.log")
    output = done.stdout + done.stderr
    print(output[-6000:])
    for buffer in captured:
        buffer.write(output)
    for event in events if self.callbacks else []:
        for callback in self.callbacks:
            callback(event_of(event))
    # Tests that watch dbt's own function for one event are shown it.
    fire = dbt.task.compile.fire_event
    for event in events if isinstance(fire, mock.NonCallableMock) else []:
        if event["info"]["name"] == "ParseInlineNodeError":
            fire(event_of(event))
    # A run in this process would leave the thread with a connection's name.
    for adapter in FACTORY.adapters.values():
        adapter.connections.set_connection_name("master")
        fill_cache(adapter, events)
    if done.returncode not in (0, 1):
        return dbtRunnerResult(success=False, exception=exception_of(COLORS.sub("", output)))

    fresh = lambda path: path.exists() and path.stat().st_mtime >= began
    read = lambda path: json.loads(path.read_text())
    sources = root / (option(args, "-o", "--output") or target / "sources.json")
    result = None
    if command in ("ls", "list"):
        result = [line for line in COLORS.sub("", done.stdout).splitlines() if line.strip()]
    elif command == "parse":
        result = read_manifest(target)
    elif command == "docs" and "generate" in args and fresh(target / "catalog.json"):
        result = CatalogArtifact.from_dict(read(target / "catalog.json"))
    elif command == "source" and fresh(sources):
        result = results_of(read(sources), target)
    elif command != "source" and fresh(target / "run_results.json"):
        result = results_of(read(target / "run_results.json"), target, preview_table(events) if command == "show" else None)
    elif command == "debug":
        result = done.returncode == 0
    return dbtRunnerResult(success=done.returncode == 0, result=result)


def results_of(raw, target, table=None):
    manifest = read_manifest(target)
    return Results([Result(row, node_of(manifest, row["unique_id"]) or inline_node(row), table) for row in raw["results"]], raw)


def inline_node(row):
    """SQL given on the command line is no node of the manifest."""
    return SimpleNamespace(**row) if row["unique_id"].startswith("sql_operation.") else None


def exception_of(text):
    """An exception with the command's message, an instance of whatever the test expects."""
    wants = expected[-1] if expected else DbtRuntimeError
    base = next((each for each in (wants if isinstance(wants, tuple) else (wants,)) if issubclass(each, BaseException)), Exception)
    members = {"__init__": lambda self, message: BaseException.__init__(self, message), "__str__": lambda self: text,
               "msg": text, "message": text, "errors": [text]}
    return type("CommandFailed", (base,), members)(text)


real_raises = pytest.raises


class Raises:
    def __init__(self, wanted, **options):
        self.wanted, self.inner = wanted, real_raises(wanted, **options)

    def __enter__(self):
        expected.append(self.wanted)
        return self.inner.__enter__()

    def __exit__(self, *exc):
        expected.pop()
        return self.inner.__exit__(*exc)


def raises(expected_exception, *args, **options):
    if args:
        return real_raises(expected_exception, *args, **options)
    return Raises(expected_exception, **options)


pytest.raises = raises
dbtRunner.invoke = invoke
util.capture_stdout_logs = captured.append
util.stop_capture_stdout_logs = captured.clear
own_get_manifest = util.get_manifest
util.get_manifest = lambda root: read_manifest(Path(root) / "target")


def pytest_collection_modifyitems(session, config, items):
    import sys

    for module in list(sys.modules.values()):
        if getattr(module, "get_manifest", None) is own_get_manifest:
            module.get_manifest = util.get_manifest
