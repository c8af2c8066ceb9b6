"""Reads the JSON log of tdbt (`--log-format-file json`) with dbt's own message types.

usage: python scripts/check-log.py logs/dbt.log   (a Python with dbt-core 1.11 and an adapter)
Prints how many records of each event dbt's types read, what they do not (unreadable data, codes that differ), and tdbt's own events.
"""
import collections
import json
import sys

import dbt.adapters.events.types
import dbt.events.types
import dbt_common.events.types
from google.protobuf.json_format import ParseDict

MODULES = (dbt.events.types, dbt.adapters.events.types, dbt_common.events.types)
counts, wrong = collections.Counter(), collections.Counter()
for line in open(sys.argv[1], encoding="utf8"):
    record = json.loads(line)
    name, code = record["info"]["name"], record["info"]["code"]
    event = next((getattr(module, name) for module in MODULES if hasattr(module, name)), None)
    if event is None:
        counts[f"{name} (tdbt's own)"] += 1
        continue
    counts[name] += 1
    if event.code(None) != code:
        wrong[f"{name}: code {code}, dbt's is {event.code(None)}"] += 1
    try:
        ParseDict(record["data"], getattr(event.PROTO_TYPES_MODULE, name)(), ignore_unknown_fields=True)
    except Exception as error:
        wrong[f"{name}: {error}"] += 1
for name, count in sorted(counts.items()):
    print(f"{count:6} {name}")
for what, count in sorted(wrong.items()):
    print(f"{count:6} WRONG {what}")
sys.exit(1 if wrong else 0)
