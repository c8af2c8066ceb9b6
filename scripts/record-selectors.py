#!/usr/bin/env python3
"""Records what dbt selects: src/graph/cases/{selectors,state}.json.

    /path/to/dbt/venv/bin/python scripts/record-selectors.py

Writes the project below into a temporary folder, parses it with dbt, asks `dbt ls` for each list of arguments and keeps the
unique_ids and the warnings. `state.json` holds a changed copy of the project and the selections that compare the two.
"""
import json, os, shutil, sys, tempfile
from pathlib import Path
from dbt.cli.main import dbtRunner

CASES = Path(__file__).resolve().parent.parent / "src/graph/cases"

PROJECT = {
    "dbt_project.yml": """
name: shop
version: '1.0'
profile: shop
flags: {send_anonymous_usage_stats: false}
models:
  shop:
    +meta: {owner: core}
    staging: {+materialized: view, +tags: [staging, nightly]}
    marts: {+materialized: table, +tags: nightly, core: {+group: core}}
seeds: {shop: {+tags: static}}
on-run-start: ["select 1"]
""",
    "packages.yml": "packages: [{local: pkg}]\n",
    "profiles.yml": """
shop: {target: dev, outputs: {dev: {type: postgres, host: 127.0.0.1, user: postgres, password: x, port: 5432, dbname: shop, schema: public, threads: 1}}}
""",
    "pkg/dbt_project.yml": "name: pkg\nversion: '1.0'\nmodels: {pkg: {+tags: [packaged]}}\n",
    "pkg/models/staging/pkg_model.sql": "select 1 as id",
    "pkg/models/other/pkg_other.sql": "select * from {{ ref('pkg_model') }}",
    "pkg/models/schema.yml": "models: [{name: pkg_model, columns: [{name: id, data_tests: [not_null]}]}]\n",
    "macros/m.sql": "{% macro inner() %}1{% endmacro %}\n{% macro outer() %}{{ inner() }}{% endmacro %}\n{% macro unused() %}u{% endmacro %}\n"
    "{% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} < 0{% endtest %}\n",
    "seeds/countries.csv": "code,name\nde,Germany\n",
    "seeds/nested/rates.csv": "code,rate\nde,1\n",
    "snapshots/orders_snapshot.sql": "{% snapshot orders_snapshot %}{{ config(target_schema='snap', unique_key='id', strategy='check', check_cols='all', tags=['snap']) }}select * from {{ source('raw', 'orders') }}{% endsnapshot %}",
    "analyses/report.sql": "select * from {{ ref('orders') }}",
    "tests/orders_are_positive.sql": "select * from {{ ref('orders') }} where amount < 0",
    "tests/orders_match_customers.sql": "{{ config(tags=['slow'], severity='warn') }}select * from {{ ref('orders') }} join {{ ref('stg_customers') }} using (id)",
    "models/staging/stg_orders.sql": "select * from {{ source('raw', 'orders') }}",
    "models/staging/stg_customers.sql": "select * from {{ source('raw', 'customers') }}",
    "models/staging/web/stg_web_events.sql": "{{ config(materialized='ephemeral', meta={'pii': true, 'level': 3, 'regions': ['eu', 'us'], 'nested': {'deep': 'yes'}}) }}select * from {{ source('web', 'events') }}",
    "models/staging/schema.yml": """
models:
  - name: stg_orders
    columns:
      - {name: id, data_tests: [unique, not_null, {relationships: {arguments: {to: ref('stg_customers'), field: id}}}]}
  - name: stg_customers
    data_tests: [{unique: {arguments: {column_name: id}, config: {tags: [important], severity: warn}}}]
    columns: [{name: id, data_tests: [not_null, positive]}]
""",
    "models/sources.yml": """
sources:
  - name: raw
    schema: raw
    config: {tags: [landing]}
    tables:
      - {name: orders, columns: [{name: id, data_tests: [not_null]}]}
      - {name: customers, config: {enabled: true, event_time: loaded_at}}
  - name: web
    schema: web
    tables: [{name: events}, {name: sessions}]
  - name: gone
    config: {enabled: false}
    tables: [{name: table}]
""",
    "models/marts/core/orders.sql": "{{ config(materialized='incremental', unique_key=['id', 'day'], post_hook='select 1', access='public', contract={'enforced': false}) }}select * from {{ ref('stg_orders') }} join {{ ref('stg_customers') }} using (id)",
    "models/marts/core/customers_v1.sql": "select {{ outer() }} as id from {{ ref('stg_customers') }}",
    "models/marts/core/customers_v2.sql": "select 2 as id from {{ ref('stg_customers') }}",
    "models/marts/core/customers_v3.sql": "select 3 as id from {{ ref('stg_customers') }}",
    "models/marts/core/schema.yml": """
groups: [{name: core, owner: {name: Core}}, {name: finance, owner: {name: Finance}}]
models:
  - name: customers
    latest_version: 2
    columns: [{name: id, data_tests: [unique]}]
    versions: [{v: 1}, {v: 2}, {v: 3}]
  - name: orders
    columns: [{name: id, data_tests: [unique, {relationships: {arguments: {to: "ref('customers', v=2)", field: id}}}]}]
unit_tests:
  - name: orders_add_up
    model: orders
    config: {tags: [unit_tag]}
    given: [{input: ref('stg_orders'), rows: [{id: 1}]}, {input: ref('stg_customers'), rows: [{id: 1}]}]
    expect: {rows: [{id: 1}]}
  - name: versions_hold
    model: customers
    versions: {include: [1, 2]}
    given: [{input: ref('stg_customers'), rows: [{id: 1}]}]
    expect: {rows: [{id: 1}]}
""",
    "models/marts/finance/revenue.sql": "{{ config(group='finance', access='public', materialized='view', docs={'node_color': 'red'}) }}select * from {{ ref('orders') }} join {{ ref('rates') }} using (code) join {{ ref('countries') }} using (code)",
    "models/marts/finance/dotted.name.model.sql": "select * from {{ ref('customers') }}",
    "models/marts/finance/all_events.sql": "select * from {{ ref('stg_web_events') }} join {{ ref('pkg_other') }} using (id)",
    "models/marts/finance/hidden.sql": "{{ config(group='finance', access='private') }}select * from {{ ref('revenue') }}",
    "models/marts/finance/off.sql": "{{ config(enabled=false) }}select 1",
    "models/exposures.yml": """
exposures:
  - {name: board, type: dashboard, owner: {email: a@b.c}, depends_on: ["ref('revenue')", "source('web', 'sessions')"], config: {tags: [weekly]}}
  - {name: notebook, type: notebook, owner: {email: a@b.c}, depends_on: ["ref('dotted.name.model')"]}
""",
    "models/semantic/time_spine.sql": "select 1 as date_day",
    "models/semantic/semantic.yml": """
models:
  - name: time_spine
    time_spine: {standard_granularity_column: date_day}
    columns: [{name: date_day, granularity: day}]
semantic_models:
  - name: order_facts
    model: ref('orders')
    defaults: {agg_time_dimension: ordered_on}
    entities: [{name: id, type: primary}]
    dimensions: [{name: ordered_on, type: time, type_params: {time_granularity: day}}]
    measures: [{name: amount, agg: sum}]
metrics:
  - {name: total_amount, label: Total, type: simple, type_params: {measure: amount}, config: {tags: [kpi], group: core}}
saved_queries:
  - {name: weekly_amount, query_params: {metrics: [total_amount]}, config: {tags: [kpi]}}
""",
    "selectors.yml": """
selectors:
  - {name: nightly_string, definition: 'tag:nightly'}
  - {name: graph_string, definition: '1+revenue+'}
  - {name: key_value, definition: {tag: staging}}
  - name: full_form
    definition: {method: fqn, value: orders, children: true, parents: true, children_depth: 1, parents_depth: 1, indirect_selection: cautious}
  - name: at_form
    definition: {method: tag, value: staging, childrens_parents: true}
  - name: unions
    definition: {union: [tag:staging, {method: config.materialized, value: incremental, parents: true}, {exclude: [{method: tag, value: important}, stg_web_events]}]}
  - name: intersections
    definition: {intersection: [tag:nightly, {union: ['path:models/marts', revenue]}, {exclude: [group:core]}]}
  - name: method_exclude
    definition: {method: path, value: models/marts, exclude: [{method: access, value: private}]}
  - name: inherits
    definition: {union: [{method: selector, value: unions}, {method: resource_type, value: seed}]}
  - name: inherits_direct
    definition: {method: selector, value: intersections}
  - name: booleans
    definition: {method: config.meta.pii, value: true}
  - name: numbers
    definition: {method: config.meta.level, value: 3}
  - name: empties
    definition: {method: tag, value: staging, indirect_selection: empty}
  - name: buildables
    definition: {method: fqn, value: orders, indirect_selection: buildable}
""",
}

SELECTS = """
orders|stg_orders|shop.staging|staging|staging.web|shop.marts.core.orders|marts.core|pkg|pkg.staging|*|shop.*|*orders*|stg_*|marts.*.rev*|stg_?rders
[so]tg_orders|stg_[!o]*|rev*|customers|customers.v1|customers_v2|customers.v2|core.customers.v3|customers*|c*mers|dotted.name.model|dotted.*|finance.dotted|name.model|missing|order|shop
+orders|orders+|+orders+|1+orders|2+revenue|orders+1|1+orders+1|@orders|@stg_web_events|@source:raw.orders|source:raw+|source:raw.orders+1|+exposure:board|+exposure:*|+metric:total_amount|+saved_query:weekly_amount|stg_orders+2
tag:nightly|tag:static|tag:important|tag:land*|tag:weekly|tag:kpi|tag:unit_tag|tag:snap|tag:n?ghtly|tag:packaged+
path:models|path:models/staging|path:models/staging/|path:./models/staging|path:models/*/web|path:models/**/web|path:models/staging/*.sql|path:models/staging/schema.yml|path:models/marts/core/schema.yml|models/staging|models/staging/stg_orders.sql|models/staging/stg_*.sql|path:seeds|path:tests|path:nowhere|path:models/other|path:**/*.csv|models/**|path:macros|path:models/marts/fin*
stg_orders.sql|file:stg_orders.sql|file:stg_orders|file:*.csv|file:schema.yml|rates.csv|ORDERS.SQL
source:raw|source:raw.orders|source:shop.raw.orders|source:*|source:r*.o*|source:gone|source:pkg.*.*|exposure:board|exposure:shop.board|exposure:b*|metric:*|semantic_model:order_facts|saved_query:*|unit_test:orders_add_up|unit_test:*|unit_test:shop.versions*
config.materialized:incremental|config.materialized:view|config.meta.pii:true|config.meta.pii:True|config.meta.level:3|config.meta.regions:eu|config.meta.nested.deep:yes|config.meta.nested:yes|config.unique_key:day|config.severity:WARN|config.severity:error|config.enabled:true|config.contract.enforced:false|config.docs.node_color:red|config.group:finance|config.nothing:1|config.tags:nightly|config.event_time:loaded_at|config.full_refresh:None|config.access:private|config.meta.owner:core
resource_type:model|resource_type:test|resource_type:source|resource_type:unit_test|resource_type:operation|resource_type:snapshot|resource_type:analysis|resource_type:exposure|resource_type:seed+1|resource_type:metric|resource_type:semantic_model
test_type:generic|test_type:singular|test_type:data|test_type:unit|test_type:schema|test_name:unique|test_name:rel*|test_name:orders_add_up|test_name:positive
package:this|package:pkg|package:p*|package:shop|group:core|group:f*|access:public|access:private|access:protected|version:latest|version:old|version:prerelease|version:none|version:latest+1
orders,tag:nightly|tag:nightly,config.materialized:table|+revenue,tag:staging|orders+,resource_type:test|staging,test_type:generic|tag:nightly,missing
""".strip().replace("\n", "|").split("|")

MORE = [
    ["--select", "orders stg_orders"], ["--select", "orders", "stg_orders"], ["--select", "missing orders", "absent,orders"],
    [], ["--exclude", "tag:nightly"], ["--select", "tag:nightly", "--exclude", "orders"], ["--select", "+revenue", "--exclude", "1+orders", "missing"],
    ["--select", "tag:nightly", "--exclude", "test_type:generic"], ["--exclude", "resource_type:test", "resource_type:unit_test"],
    ["--select", "+orders", "--exclude", "stg_orders+1"], ["--resource-type", "model"], ["--resource-type", "test", "--resource-type", "seed"],
    ["--select", "orders", "--resource-type", "test"], ["--exclude-resource-type", "test", "--exclude-resource-type", "model"], ["--select", "+orders+", "--resource-type", "unit_test"],
] + [
    ["--indirect-selection", mode, "--select", *what.split(" ")]
    for mode in ["cautious", "buildable", "empty"]
    for what in ["orders", "stg_orders", "stg_customers", "stg_orders stg_customers", "+orders", "orders+", "tag:nightly", "stg_orders,tag:nightly", "source:raw.orders", "source:raw", "customers", "staging marts",
                 "revenue", "test_type:singular", "@stg_orders"]
] + [
    ["--indirect-selection", mode, "--select", "+orders", "--exclude", what]
    for mode in ["eager", "cautious", "buildable", "empty"] for what in ["stg_orders", "stg_customers", "customers", "source:raw"]
] + [["--selector", name] for name in ["nightly_string", "graph_string", "key_value", "full_form", "at_form", "unions", "intersections", "method_exclude", "inherits", "inherits_direct", "booleans", "numbers", "empties", "buildables"]
] + [["--selector", name, "--indirect-selection", "cautious"] for name in ["key_value", "unions", "graph_string", "inherits"]
] + [["--select", bad] for bad in ["nope:x", "@orders+", "source:a.b.c.d", "exposure:a.b.c", "test_type:wrong", "resource_type:wrong", "version:wrong", "state:modified"]] + [["--selector", "absent"]]

CHANGED = {
    "macros/m.sql": PROJECT["macros/m.sql"].replace("}1{", "}2{"),
    "models/staging/stg_orders.sql": "select id from {{ source('raw', 'orders') }}",
    "models/marts/finance/revenue.sql": PROJECT["models/marts/finance/revenue.sql"].replace("materialized='view'", "materialized='table'"),
    "models/marts/finance/all_events.sql": "{{ config(alias='events') }}" + PROJECT["models/marts/finance/all_events.sql"],
    "models/marts/finance/brand_new.sql": "select 1 as id",
    "models/marts/finance/dotted.name.model.sql": "{{ config(tags=['other']) }}" + PROJECT["models/marts/finance/dotted.name.model.sql"],
    "models/staging/web/stg_web_events.sql": None,
    "models/staging/moved/stg_web_events.sql": PROJECT["models/staging/web/stg_web_events.sql"],
    "models/staging/schema.yml": PROJECT["models/staging/schema.yml"].replace("severity: warn", "severity: error").replace("[important]", "[other]"),
    "models/marts/core/schema.yml": PROJECT["models/marts/core/schema.yml"].replace("latest_version: 2", "latest_version: 3").replace("expect: {rows: [{id: 1}]}\n  - name", "expect: {rows: [{id: 2}]}\n  - name"),
    "models/contracts.yml": "models: [{name: time_spine2, config: {contract: {enforced: true}, materialized: table}, columns: [{name: id, data_type: bigint}]}, {name: loose, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int}, {name: extra, data_type: int}]}, {name: documented, description: new, config: {persist_docs: {relation: true}}}, {name: quiet, description: new}]\n",
    "models/sources.yml": PROJECT["models/sources.yml"].replace("{name: sessions}", "{name: sessions, identifier: s2}, {name: clicks}").replace("[landing]", "[landed]"),
    "models/exposures.yml": PROJECT["models/exposures.yml"].replace("type: notebook, ", "type: analysis, ").replace("[weekly]", "[monthly]") + "  - {name: fresh, type: ml, owner: {email: a@b.c}, depends_on: [\"ref('orders')\"]}\n",
    "seeds/countries.csv": "code,name\nde,Germany\nfr,France\n",
    "snapshots/orders_snapshot.sql": PROJECT["snapshots/orders_snapshot.sql"].replace("select *", "select id"),
    "tests/orders_are_positive.sql": PROJECT["tests/orders_are_positive.sql"] + " limit 10",
    "models/semantic/semantic.yml": PROJECT["models/semantic/semantic.yml"].replace("label: Total", "label: Sum").replace("agg: sum", "agg: max"),
    "models/typed.sql": "select 1 as id",
}
EXTRA = {  # in both, so that contracts and descriptions can change
    "models/time_spine2.sql": "select 1 as id",
    "models/loose.sql": "select 1 as id",
    "models/documented.sql": "select 1 as id",
    "models/quiet.sql": "select 1 as id",
    "models/deleted.sql": "select 1 as id",
    "models/contracts.yml": "models: [{name: time_spine2, config: {contract: {enforced: true}, materialized: table}, columns: [{name: id, data_type: int}]}, {name: loose}, {name: deleted, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int}]}, {name: documented, description: old, config: {persist_docs: {relation: true}}}, {name: quiet, description: old}]\n",
}
CHANGED["models/deleted.sql"] = None

STATE = [["--select", what] for what in ["state:new", "state:old", "state:modified", "state:unmodified", "state:modified.body", "state:modified.configs", "state:modified.relation", "state:modified.macros",
    "state:modified.contract", "state:modified.persisted_descriptions", "state:modified+", "1+state:modified.body", "state:modified,resource_type:test", "state:wrong", "result:error", "result:success+", "result:fail",
    "result:error+ state:new", "source_status:fresher", "source_status:fresher+", "source_status:other", "@state:new"]] + [["--select", "state:modified", "--exclude", "state:new"]]

RESULTS = {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json", "dbt_version": "1.11.0", "generated_at": "2026-01-01T00:00:00Z", "invocation_id": "x", "env": {}}, "elapsed_time": 1.0, "args": {}, "results": [
    {"status": status, "timing": [], "thread_id": "t", "execution_time": 1.0, "adapter_response": {}, "message": None, "failures": None, "unique_id": uid, "compiled": True, "compiled_code": "", "relation_name": None}
    for uid, status in [("model.shop.orders", "error"), ("model.shop.stg_orders", "success"), ("test.shop.orders_are_positive", "fail"), ("model.shop.revenue", "skipped")]]}


def sources(rows):
    return {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/sources/v3.json", "dbt_version": "1.11.0", "generated_at": "2026-01-01T00:00:00Z", "invocation_id": "x", "env": {}}, "elapsed_time": 1.0, "results": [
        {"unique_id": uid, "max_loaded_at": at, "snapshotted_at": "2026-01-02T00:00:00Z", "max_loaded_at_time_ago_in_s": 1.0, "status": "pass", "criteria": {"warn_after": {"count": 1, "period": "day"}, "error_after": None, "filter": None},
         "adapter_response": {}, "timing": [], "thread_id": "t", "execution_time": 1.0} for uid, at in rows]}


SOURCES_BEFORE = sources([("source.shop.raw.orders", "2026-01-01T00:00:00Z"), ("source.shop.raw.customers", "2026-01-01T00:00:00Z")])
SOURCES_NOW = sources([("source.shop.raw.orders", "2026-01-01T06:00:00Z"), ("source.shop.raw.customers", "2026-01-01T00:00:00Z"), ("source.shop.web.events", "2026-01-01T00:00:00Z")])


def write(root, files):
    for path, text in files.items():
        file = root / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def dbt(root, args):
    events = []
    runner = dbtRunner(callbacks=[lambda event: events.append((event.info.name, event.info.msg))])
    os.chdir(root)
    result = runner.invoke([*args, "--project-dir", str(root), "--profiles-dir", str(root), "--quiet"])
    return result, [message for name, message in events if name == "NoNodesForSelectionCriteria"]


def ls(root, args, extra=()):
    result, warnings = dbt(root, ["ls", "--output", "json", "--output-keys", "unique_id", *args, *extra])
    if not result.success:
        return {"args": args, "error": str(result.exception).strip().splitlines()[-1][:200]}
    return {"args": args, "ids": sorted(json.loads(line)["unique_id"] for line in result.result), "warnings": warnings}


def manifest(root):
    dbt(root, ["parse"])
    data = json.loads((root / "target/manifest.json").read_text())
    data["macros"] = {uid: macro for uid, macro in data["macros"].items() if macro["package_name"] in ("shop", "pkg")}
    data["docs"] = {}
    for part in ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests", "functions"):
        for node in data[part].values():
            node["created_at"] = 0
            node.pop("root_path", None)
    for key in ("parent_map", "child_map", "group_map"):
        data.pop(key)
    data["metadata"] = {key: data["metadata"][key] for key in ("project_name", "project_id", "adapter_type", "quoting")}
    return data


def held_back(root):
    """By data test: the executable nodes that `dbt build` runs after it."""
    from dbt.compilation import Linker
    from dbt.flags import set_from_args
    from argparse import Namespace

    set_from_args(Namespace(USE_FAST_TEST_EDGES=False), {})
    runner = dbtRunner()
    os.chdir(root)
    parsed = runner.invoke(["parse", "--project-dir", str(root), "--profiles-dir", str(root), "--quiet"]).result
    parsed.build_parent_and_child_maps()
    linker = Linker()
    linker.link_graph(parsed)
    linker.add_test_edges_1(parsed)
    held = {}
    for test, node, data in linker.graph.edges(data=True):
        if data.get("edge_type") == "parent_test":
            held.setdefault(test, []).append(node)
    return {test: sorted(nodes) for test, nodes in held.items()}


def save(name, data):
    CASES.mkdir(parents=True, exist_ok=True)
    (CASES / name).write_text(json.dumps(data, indent=1, sort_keys=True) + "\n")
    print(name, len(data["cases"]), "cases")


def main():
    base = Path(tempfile.mkdtemp(prefix="selectors-"))
    root = base / "now"
    write(root, PROJECT)
    dbt(root, ["deps"])
    cases = [["--select", text] for text in SELECTS] + MORE
    save("selectors.json", {"manifest": manifest(root), "heldBack": held_back(root), "cases": [ls(root, args) for args in cases]})

    before = base / "before"
    write(before, {**PROJECT, **EXTRA})
    dbt(before, ["deps"])
    previous = manifest(before)
    state = base / "state"
    state.mkdir()
    shutil.copy(before / "target/manifest.json", state)
    write(state, {"run_results.json": json.dumps(RESULTS), "sources.json": json.dumps(SOURCES_BEFORE)})
    changed = base / "changed"
    write(changed, {**PROJECT, **EXTRA})
    write(changed, CHANGED)
    dbt(changed, ["deps"])
    now = manifest(changed)
    write(changed, {"target/sources.json": json.dumps(SOURCES_NOW)})
    save("state.json", {"manifest": now, "previous": {"manifest": previous, "results": RESULTS["results"], "sources": SOURCES_BEFORE["results"], "sourcesCurrent": SOURCES_NOW["results"]},
        "cases": [ls(changed, args, ("--state", str(state))) for args in STATE]})
    shutil.rmtree(base)


sys.exit(main())
