"""Records the name and parameters of every macro that dbt-core and dbt-postgres bring, for src/stdlib's test.

usage: PYTHON_OF_A_DBT_INSTALLATION scripts/record-stdlib-signatures.py > src/stdlib/cases/signatures.json
"""
import json, pathlib
import dbt.include.global_project, dbt.include.postgres
import jinja2.nodes as nodes
from dbt_common.clients.jinja import get_environment

env = get_environment(None)
out = {}
for package, module in (("dbt", dbt.include.global_project), ("dbt_postgres", dbt.include.postgres)):
    found = {}
    for file in sorted(pathlib.Path(module.__file__).parent.rglob("*.sql")):
        for macro in env.parse(file.read_text()).find_all(nodes.Macro):
            required = len(macro.args) - len(macro.defaults)
            name = macro.name.removeprefix("dbt_macro__")
            found[name] = [arg.name + ("=" if i >= required else "") for i, arg in enumerate(macro.args)]
    out[package] = dict(sorted(found.items()))
lines = [f'  {json.dumps(p)}: {{\n' + ",\n".join(f"    {json.dumps(n)}: {json.dumps(a)}" for n, a in m.items()) + "\n  }" for p, m in out.items()]
print("{\n" + ",\n".join(lines) + "\n}")
