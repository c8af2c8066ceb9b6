#!/usr/bin/env python3
"""Record what dbt-core leaves when it builds a fixture: statuses, messages, compiled SQL, relations with their rows.

usage: record-run.py PROJECT_DIR DBT_CLI > expected.json     (needs psycopg2 and a Postgres; TDBT_TEST_HOST/PORT/USER as the fixture's profile)

The steps are those of `steps.json` in the project: a list of argument lists. The database's name is written as DB.
"""
import json, os, pathlib, shlex, shutil, subprocess, sys, tempfile
import psycopg2

source, cli = pathlib.Path(sys.argv[1]), shlex.split(sys.argv[2])
host, port, user = (os.environ.get(f"TDBT_TEST_{k}", d) for k, d in (("HOST", "127.0.0.1"), ("PORT", "5432"), ("USER", "postgres")))
db = f"a8_record_{os.getpid()}"


def connect(name):
    c = psycopg2.connect(host=host, port=port, user=user, dbname=name)
    c.autocommit = True
    return c


def relations():
    c = connect(db); cur = c.cursor(); out = {}
    cur.execute("select n.nspname, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " where c.relkind in ('r','v','m') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2")
    for schema, name, kind in cur.fetchall():
        cur.execute("select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = %s::regclass and attnum > 0"
                    " and not attisdropped order by attnum", (f'"{schema}"."{name}"',))
        columns = [list(row) for row in cur.fetchall()]
        timed = [n for n, _ in columns if n.startswith("dbt_") and n != "dbt_valid_to" or n == "at"]
        kept = [f'"{n}"' for n, _ in columns if n not in timed]
        cur.execute(f'select to_jsonb(t)::text from (select {", ".join(kept)} from "{schema}"."{name}") t order by to_jsonb(t)::text collate "C"')
        out[f"{schema}.{name}"] = {"kind": kind, "columns": columns, "rows": [row[0] for row in cur.fetchall()]}
    c.close()
    return out


admin = connect("postgres")
admin.cursor().execute(f"create database {db}")
top = pathlib.Path(tempfile.mkdtemp(prefix="record_")); project = top / "project"
shutil.copytree(source, project, ignore=shutil.ignore_patterns("target", "expected.json"))
env = {**os.environ, "TDBT_TEST_DB": db, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
recorded = []
try:
    for step in json.loads((project / "steps.json").read_text()):
        shutil.rmtree(project / "target" / "compiled", ignore_errors=True)
        done = subprocess.run(cli + step + ["--profiles-dir", str(project), "--project-dir", str(project)], cwd=project, env=env,
                              capture_output=True, text=True)
        results = json.loads((project / "target" / "run_results.json").read_text())["results"]
        same = lambda text: None if text is None else text.replace(db, "DB").replace(str(project), "DIR")
        compiled = {}
        for file in sorted((project / "target" / "compiled").rglob("*")):
            if file.is_file(): compiled[str(file.relative_to(project / "target" / "compiled"))] = same(file.read_text())
        recorded.append({"args": step, "exit": done.returncode,
                         "results": {r["unique_id"]: [r["status"], same(r["message"]), r["failures"]] for r in results},
                         "compiled": compiled, "relations": relations()})
finally:
    admin.cursor().execute(f"drop database {db} with (force)")
    shutil.rmtree(top, ignore_errors=True)
json.dump({"dbt-core": "1.11.16", "steps": recorded}, sys.stdout, indent=1, sort_keys=True)
print()
