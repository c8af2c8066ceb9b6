#!/usr/bin/env python3
"""Records artifacts that dbt wrote: src/artifacts/cases/dbt.json.

    /path/to/dbt/venv/bin/python scripts/record-artifacts.py [host=127.0.0.1 port=5432 user=postgres dbname=…]

Builds a small project (seed, models, tests, snapshot, unit test, exposure, semantic layer) with dbt on a Postgres database of
its own, asks for freshness and docs, and keeps manifest, run results, catalog, sources and semantic manifest. dbt's own
macros are left out: no copy of them belongs here.
"""
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import psycopg2
from dbt.cli.main import dbtRunner

CASES = Path(__file__).resolve().parent.parent / "src/artifacts/cases"
OPTIONS = {"host": "127.0.0.1", "port": "5432", "user": "postgres", "dbname": "tdbt_record_artifacts", **dict(arg.split("=", 1) for arg in sys.argv[1:])}
FILTER = "{{ Dimension('order_id__status') }} = 'paid'"

PROJECT = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nflags: {send_anonymous_usage_stats: false}\nmodels: {shop: {+materialized: table}}\non-run-end: ['select 1']\n",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: postgres, host: %(host)s, user: %(user)s, password: '', port: %(port)s, dbname: %(dbname)s, schema: shop, threads: 1}}}\n" % OPTIONS,
    "seeds/raw_orders.csv": "id,amount,status,ordered_on\n1,10,paid,2026-01-01\n2,20,open,2026-01-02\n",
    "macros/cents.sql": "{% macro cents(x) %}({{ x }} * 100){% endmacro %}",
    "models/stg_orders.sql": "{{ config(materialized='ephemeral') }}select id as order_id, {{ cents('amount') }} as cents, status, ordered_on from {{ source('app', 'raw_orders') }}",
    "models/orders.sql": "select * from {{ ref('stg_orders') }}",
    "models/broken.sql": "{{ config(materialized='view') }}select nothing from {{ ref('orders') }}",
    "models/after.sql": "select * from {{ ref('broken') }}",
    "models/off.sql": "{{ config(enabled=false) }}select 1",
    "models/time_spine.sql": "select '2026-01-01'::date as date_day",
    "snapshots/s.sql": "{% snapshot orders_snapshot %}{{ config(target_schema='shop', unique_key='order_id', strategy='check', check_cols='all') }}select * from {{ ref('orders') }}{% endsnapshot %}",
    "tests/no_negative.sql": "select * from {{ ref('orders') }} where cents < 0",
    "models/schema.yml": """
groups: [{name: sales, owner: {name: Sales}}]
sources:
  - name: app
    schema: shop
    loaded_at_field: "now()"
    freshness: {warn_after: {count: 1, period: day}}
    tables: [{name: raw_orders, columns: [{name: id, data_tests: [not_null]}]}, {name: missing, loaded_at_field: x}]
models:
  - name: orders
    description: Orders with "quotes" and ünïcode
    config: {group: sales, contract: {enforced: true}}
    columns:
      - {name: order_id, data_type: int, constraints: [{type: not_null}], data_tests: [unique, {accepted_values: {arguments: {values: [1]}, config: {severity: warn}}}]}
      - {name: cents, data_type: int, data_tests: [{accepted_values: {arguments: {values: [1000]}}}]}
      - {name: status, data_type: text}
      - {name: ordered_on, data_type: date}
  - name: time_spine
    time_spine: {standard_granularity_column: date_day, custom_granularities: [{name: fiscal, column_name: fiscal_day}]}
    columns: [{name: date_day, granularity: day}, {name: fiscal_day}]
unit_tests:
  - name: cents_are_counted
    model: stg_orders
    given: [{input: "source('app', 'raw_orders')", rows: [{id: 1, amount: 2}]}]
    expect: {rows: [{order_id: 1, cents: 200}]}
exposures: [{name: board, type: dashboard, owner: {email: a@b.c}, depends_on: ["ref('orders')"]}]
semantic_models:
  - name: order_facts
    model: ref('orders')
    defaults: {agg_time_dimension: ordered_on}
    entities: [{name: order_id, type: primary}]
    dimensions: [{name: ordered_on, type: time, type_params: {time_granularity: day}}, {name: status, type: categorical, config: {meta: {a: 1}}}]
    measures: [{name: amount, agg: sum, expr: cents}, {name: median_amount, agg: percentile, expr: cents, agg_params: {percentile: 0.5}}]
metrics:
  - {name: total, label: Total, type: simple, type_params: {measure: amount}, config: {tags: [kpi], meta: {a: 1}}}
  - {name: share, label: Share, type: ratio, type_params: {numerator: {name: total, filter: "%(filter)s", alias: part}, denominator: total}}
  - {name: growth, label: Growth, type: derived, filter: "%(filter)s", type_params: {expr: now_total - before, metrics: [{name: total, alias: now_total}, {name: total, alias: before, offset_window: 1 month}]}}
  - {name: running, label: Running, type: cumulative, type_params: {measure: {name: amount, fill_nulls_with: 0}, cumulative_type_params: {window: 7 days}}}
saved_queries:
  - {name: weekly, description: d, query_params: {metrics: [total], group_by: ["TimeDimension('metric_time', 'day')"], where: ["%(filter)s"]}, exports: [{name: out, config: {export_as: table, schema: s, alias: al}}]}
""" % {"filter": FILTER},
}


def main():
    admin = psycopg2.connect(host=OPTIONS["host"], port=OPTIONS["port"], user=OPTIONS["user"], dbname="postgres")
    admin.autocommit = True
    admin.cursor().execute(f'drop database if exists "{OPTIONS["dbname"]}"')
    admin.cursor().execute(f'create database "{OPTIONS["dbname"]}"')
    root = Path(tempfile.mkdtemp(prefix="artifacts-"))
    for path, text in PROJECT.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    os.chdir(root)
    runner = dbtRunner()
    common = ["--project-dir", str(root), "--profiles-dir", str(root), "--quiet"]
    read = lambda name: json.loads((root / "target" / name).read_text())
    runner.invoke(["parse", *common])
    parsed = read("manifest.json")
    runner.invoke(["build", *common])
    built, results = read("manifest.json"), read("run_results.json")
    runner.invoke(["source", "freshness", *common])
    sources = read("sources.json")
    runner.invoke(["docs", "generate", "--exclude", "broken+", *common])
    out = {"parsed": parsed, "built": built, "results": results, "sources": sources, "catalog": read("catalog.json"), "semantic": read("semantic_manifest.json")}
    for manifest in (parsed, built):
        manifest["macros"] = {uid: macro for uid, macro in manifest["macros"].items() if macro["package_name"] == "shop"}
        manifest["docs"] = {}
        for node in manifest["nodes"].values():
            node.pop("root_path", None)
    for result in results["results"]:
        result["compiled_code"] = result["compiled_code"] and "select"
    results["args"] = {key: results["args"][key] for key in ("which", "select", "exclude", "vars", "invocation_command")}
    CASES.mkdir(parents=True, exist_ok=True)
    (CASES / "dbt.json").write_text(json.dumps(out, indent=1, sort_keys=True).replace(str(root), "/project") + "\n")
    shutil.rmtree(root)
    admin.cursor().execute(f'drop database "{OPTIONS["dbname"]}"')


sys.exit(main())
