"""Records what dbt makes of the fixture projects, as data for the tests of src/project.

usage: record-project-cases.py DBT_PYTHON   (a Python that has dbt-core and dbt-postgres installed)

Writes src/project/cases/yaml-scalars.json (PyYAML's reading of plain scalars) and src/project/cases/<fixture>.json (the manifest
that `dbt parse` writes, without times, absolute paths and dbt's own macros).
"""
import json, os, pathlib, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = ROOT / "src/project/cases"
PYTHON = sys.argv[1]
DBT = str(pathlib.Path(PYTHON).parent / "dbt")

SCALARS = """1 +1 -1 0 010 0o10 0x1F 0b101 1_000 1:30 190:20:30 1.0 1.5 -1.5 1. .5 1e3 1.0e3 1.0e+3 1.5e-3 .inf -.inf .NaN 1_0.5
9007199254740993 true True TRUE yes Yes on off OFF no y n Y N null Null NULL ~ none None 2024-01-31 2024-1-3 2024-01-31T10:00:00
2024-01-31T10:00:00Z 2024-01-31t10:00:00.5+02:00 2001-12-14T21:59:43.10-5 12:30:45.5 0777 08 09.5 -- +x 1a v1 a:b =x 1,000""".split()

RECORD_SCALARS = """
import json, sys, yaml, datetime
out = []
for text in json.loads(sys.argv[1]):
    value = yaml.load("k: " + text, Loader=yaml.CSafeLoader)["k"]
    kind = type(value).__name__
    shown = value.isoformat() if isinstance(value, datetime.date) else str(value)
    out.append([text, kind, shown])
import yaml as y
print(json.dumps({"version": "PyYAML " + y.__version__, "cases": out}))
"""

VOLATILE = {"created_at", "compiled_path", "build_path", "root_path"}


def clean(value):
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items() if k not in VOLATILE}
    return [clean(v) for v in value] if isinstance(value, list) else value


def record_fixture(folder):
    with tempfile.TemporaryDirectory() as temp:
        project = pathlib.Path(temp) / "project"
        shutil.copytree(folder, project)
        env = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        for args in (["deps"], ["parse", "--no-partial-parse"]):
            subprocess.run([DBT, *args, "--project-dir", project, "--profiles-dir", project], check=True, env=env, stdout=subprocess.DEVNULL)
        manifest = json.loads((project / "target/manifest.json").read_text())
    own = lambda key: key.split(".")[1] not in ("dbt", "dbt_postgres")
    out = {"version": "dbt-core " + manifest["metadata"]["dbt_version"]}
    for key in ("nodes", "sources", "exposures", "groups", "unit_tests", "functions", "disabled", "selectors", "macros", "docs",
                "metrics", "semantic_models", "saved_queries"):
        out[key] = {k: clean(v) for k, v in manifest[key].items() if key != "macros" and key != "docs" or own(k)}
    (CASES / (folder.name + ".json")).write_text(json.dumps(out, indent=1, sort_keys=True) + "\n")


scalars = subprocess.run([PYTHON, "-c", RECORD_SCALARS, json.dumps(SCALARS)], check=True, capture_output=True, text=True).stdout
CASES.mkdir(exist_ok=True)
(CASES / "yaml-scalars.json").write_text(json.dumps(json.loads(scalars), indent=1) + "\n")
for fixture in sorted((ROOT / "tests/fixtures/project").iterdir()):
    if (fixture / "dbt_project.yml").exists():
        record_fixture(fixture)
