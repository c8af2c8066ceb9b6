"""Records the name and parameters of every macro that dbt-core, dbt-postgres and dbt-duckdb bring, for src/stdlib's test.

usage: PYTHON_OF_A_DBT_INSTALLATION scripts/record-stdlib-signatures.py > src/stdlib/cases/signatures.json
"""
import json, pathlib, re
import dbt.include.duckdb, dbt.include.global_project, dbt.include.postgres
import jinja2.nodes as nodes
from dbt_common.clients.jinja import get_environment

# dbt-duckdb's for MotherDuck, DuckLake and Python models, and pieces of its catalog query: tdbt has none of them.
LEFT_OUT = re.compile(r"flight|ducklake|partitioned_by|sorted_by|py_write_table|^duckdb__get_catalog_.*_sql$|^validate_merge_clause_list$")

env = get_environment(None)
out = {}
for package, module in (("dbt", dbt.include.global_project), ("dbt_postgres", dbt.include.postgres), ("dbt_duckdb", dbt.include.duckdb)):
    found = {}
    for file in sorted(pathlib.Path(module.__file__).parent.rglob("*.sql")):
        for macro in env.parse(file.read_text()).find_all(nodes.Macro):
            required = len(macro.args) - len(macro.defaults)
            name = macro.name.removeprefix("dbt_macro__")
            if package == "dbt_duckdb" and LEFT_OUT.search(name):
                continue
            found[name] = [arg.name + ("=" if i >= required else "") for i, arg in enumerate(macro.args)]
    out[package] = dict(sorted(found.items()))
lines = [f'  {json.dumps(p)}: {{\n' + ",\n".join(f"    {json.dumps(n)}: {json.dumps(a)}" for n, a in m.items()) + "\n  }" for p, m in out.items()]
print("{\n" + ",\n".join(lines) + "\n}")
