#!/usr/bin/env python3
"""Records what real Jinja2, set up as dbt does it, makes of templates.

    /path/to/dbt/venv/bin/python scripts/record-jinja-cases.py TEMPLATES.txt > CASES.json

TEMPLATES.txt holds one template a line, `⏎` standing for a newline and `␍` for a carriage return. A line `## theme` begins a theme;
`## theme (native)` renders it as dbt renders YAML values, `## theme (capture)` with the undefined values of dbt's parse time.
Each case is [template, result]; the result is ["ok", text], ["native", repr] or ["err", "Class: message"], syntax errors with their line.
"""
import json
import re
import sys
from importlib.metadata import version

import jinja2
from dbt_common.clients.jinja import get_environment

NAMES = {
    "v_int": 5,
    "v_float": 1.5,
    "v_whole": 2.0,
    "v_str": "abc",
    "v_digits": "42",
    "v_empty": "",
    "v_true": True,
    "v_none": None,
    "v_list": [3, 1, 2],
    "v_dict": {"a": 1, "b": [1, 2]},
    "v_tuple": (1, "x"),
}


def context():
    return json.loads(json.dumps(NAMES), object_hook=dict) | {"v_tuple": NAMES["v_tuple"]}


def record(template, mode):
    source = template.replace("⏎", "\n").replace("␍", "\r")
    env = get_environment(None, capture_macros=mode == "capture", native=mode == "native")
    try:
        value = env.from_string(source, globals={}).render(context())
    except jinja2.TemplateSyntaxError as error:
        return ["err", f"{type(error).__name__}: {error.message}", error.lineno]
    except Exception as error:
        return ["err", f"{type(error).__name__}: {error}"]
    return ["native", repr(value)] if mode == "native" else ["ok", value]


def main():
    themes = []
    mode = "plain"
    for line in open(sys.argv[1], encoding="utf-8").read().split("\n"):
        heading = re.match(r"## (.*?)(?: \((native|capture)\))?$", line)
        if heading:
            mode = heading.group(2) or "plain"
            themes.append({"theme": heading.group(1), "mode": mode, "cases": []})
        elif line:
            themes[-1]["cases"].append([line, record(line, mode)])
    versions = ", ".join(f"{name} {version(name)}" for name in ("Jinja2", "dbt-common"))
    head = json.dumps({"made_with": versions, "names": NAMES}, ensure_ascii=False)[:-1]
    print(head + ', "themes": [')
    for index, theme in enumerate(themes):
        cases = ",\n".join(json.dumps(case, ensure_ascii=False) for case in theme["cases"])
        end = "," if index < len(themes) - 1 else ""
        print(f'{{"theme": {json.dumps(theme["theme"])}, "mode": "{theme["mode"]}", "cases": [\n{cases}]}}{end}')
    print("]}")


main()
