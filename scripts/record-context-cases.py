"""Records what dbt's context gives as data for the tests of src/context: `python scripts/record-context-cases.py` with dbt-core and dbt-postgres."""

import datetime
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings
from decimal import Decimal, InvalidOperation

from dbt.adapters.base.relation import EventTimeFilter
from dbt.adapters.postgres import PostgresAdapter
from dbt.adapters.postgres.column import PostgresColumn
from dbt.adapters.postgres.relation import PostgresRelation
from dbt.version import __version__
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import get_template

OUT = os.path.join(os.path.dirname(__file__), "..", "src", "context", "cases")


def write(name, cases):
    with open(os.path.join(OUT, name + ".json"), "w") as file:
        json.dump({"recordedFrom": f"dbt-core {__version__}", "cases": cases}, file, indent=1, ensure_ascii=False)
        file.write("\n")


def shown(table):
    return {
        "names": list(table.column_names),
        "types": [type(each).__name__ for each in table.column_types],
        "rows": [[str(cell) for cell in row] for row in table.rows],
    }


def seeds():
    texts = [
        "id,name\n1,a\n2,b\n",
        "id,name\n001,a\n002,b\n",
        "x\n1.0\n2.0\n",
        "x\n1.50\n2\n",
        "x\n1e3\n2\n",
        "x\n1E-3\n",
        "x\n1,5\n" .replace(",", ""),
        'x,y\n"1,000",$5\n"2,500.5",€7.25\n',
        "x\n12%\n-3%\n",
        "x\n-$5\n$-5\n",
        "x\n--5\n+5\n",
        "x\nNaN\n1\n",
        "x\nInfinity\n-inf\n",
        "x\n1_000\n",
        "x\ntrue\nFALSE\n",
        "x\nt\nf\n",
        "x\nyes\nno\n",
        "x\n1\ntrue\n",
        "x\ntrue\n\n",
        "x,y\ntrue,1\n,\n",
        "x\n2020-01-01\n2020-12-31\n",
        "x\n2020-1-5\n",
        "x\n2020-01- 5\n",
        "x\n2020-02-30\n",
        "x\n0000-01-01\n",
        "x\n20200101\n",
        "x\n2020-01-01 10:00:00\n2020-01-02 1:2:3\n",
        "x\n2020-01-01  10:00:00\n",
        "x\n2020-01-01 10:00:60\n",
        "x\n2020-01-01 24:00:00\n",
        "x\n2020-01-01 10:00:00.123\n",
        "x\n2020-01-01\n2020-01-01 10:00:00\n",
        "x\n2020-01-01T10:00:00\n2020-01-01T10:00:00.5\n",
        "x\n2020-01-01T10:00:00Z\n2020-01-01T10:00:00+05:30\n",
        "x\n2020-01-01T10:00\n2020-01-01T10\n2020-01-01T1030\n",
        "x\n2020-W01-1T10:00:00\n2021W531T10:00:00\n2020-001T00:00:00\n",
        "x\n20200101T101010\n2020-01T10:00:00\n2020T10:00:00\n20T10:00:00\n202001T10\n",
        "x\n2020-01-01T10:30.5\n2020-01-01T10,5\n",
        "x\n2020-01-01T10:00:00-0500\n2020-01-01T10:00:00+05\n",
        "x\n2020-13-01T10:00:00\n",
        "x\n2020-01-01 10:00:00\n2020-01-01T10:00:00\n",
        "x\n10:00:00\n",
        "x\nnull\nNULL\nNull\n",
        "x,y\n,1\n , 2 \n",
        "x,y\nnull,a\nb,null\n",
        "x,y\n na ,n/a\nnone,.\n",
        'x,y\n"a ""quoted"" b","line\nbreak"\n',
        'x,y\n"abc"def,a"b"c\n',
        'x,y\n "a",b\n',
        "x,y\n1\n2,3\n",
        "x,y\n1,2\n\n3,4\n",
        "x,y\r\n1,2\r\n3,4\r\n",
        "x,y\r1,2\r3,4\r",
        "x,y\n1,2",
        "x,x,x\n1,2,3\n",
        ",b,\n1,2,3\n",
        "x,y\n",
        "x,y",
        "\ufeffx,y\n1,2\n",
        "x\n99999999999\n2147483648\n",
        "x\n2147483647\n-2147483648\n",
        "x\n12345678901234567890123456789012345\n",
        "x\n0.1234567890123456789012345678901\n",
        "x\n1\na\n",
        "x\n 1 \n 2\n",
        "x\n 2020-01-01 \n",
        "x\n  text  \n",
        "x\n-\n+\n",
        "x\n.5\n5.\n",
        "x\n0\n1\n",
        "x\n1/2\n",
        "x\n0x10\n",
        "x\n١٢٣\n",
        "x\né\n日本\n",
        "a,b,c\n1,2,\"\"\n",
        "x\n1 000\n",
        "x\nTrUe\n,\n" .replace(",", ""),
        "x\n'1'\n",
        "x\n00:00\n",
        "x\n1.2.3\n",
        "x\n1-2\n",
        "x\n$\n",
        "x\n%\n",
        "x\n,\n" .replace(",", '","'),
        "x\nsnan\n",
    ]
    random.seed(7)
    pieces = ["1", "2.5", "-3", "", "null", "true", "False", "2020-01-01", "2020-01-01 00:00:00", "2020-01-01T00:00:00", "a", " ", "1,5", "$4", "007", "1e5"]
    for _ in range(120):
        sample = random.sample(pieces, random.randint(1, 3))
        rows = [[random.choice(sample) for _ in range(2)] for _ in range(random.randint(1, 4))]
        texts.append("x,y\n" + "".join(",".join('"%s"' % cell if "," in cell else cell for cell in row) + "\n" for row in rows))
    cases = []
    for text in texts:
        for columns, delimiter in (((), ","), (("x",), ",")):
            if columns and len(cases) > 60:
                continue
            cases.append(seed(text, columns, delimiter))
    cases.append(seed("x;y\n1;2,5\n", (), ";"))
    cases.append(seed("x|y\n1|a,b\n", (), "|"))
    cases.append(seed("x\ty\n1\t2\n", (), "\t"))
    write("seeds", cases)


def seed(text, columns, delimiter):
    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False, encoding="utf-8", newline="") as file:
        file.write(text)
    case = {"text": text, "columns": list(columns), "delimiter": delimiter}
    try:
        table = agate_helper.from_csv(file.name, text_columns=columns, delimiter=delimiter)
        case.update(shown(table))
        case["database"] = [PostgresAdapter.convert_type(table, index) for index in range(len(table.column_names))]
    except Exception as error:  # noqa: BLE001
        case["error"] = f"{type(error).__name__}: {error}"
    os.unlink(file.name)
    return case


def decimals():
    random.seed(3)
    values = ["0", "1", "-1", "1.0", "1.50", "0.1", "-0.001", "100", "1E+3", "1e-7", "123456789.123456789", "2.5", "3.5", "-2.5", "0.00", "1e28",
              "12345678901234567890123456789", "NaN", "Infinity", "-Infinity", "0.0000001", "0.000001", "1e6", "-0", "9.995", "1000000", "7", "3"]
    cases = []
    for text in values:
        d = Decimal(text)
        cases.append({"value": text, "str": str(d), "repr": repr(d)})
    for spec in ["", "f", ".2f", ",.2f", "10.1f", "<8", "^9.0f", "+.1f", "08.2f", ",", ".3%", "%", "*>10", " f", "+", "e", ".2e"]:
        for text in ["1234.5678", "-1234567.891", "0", "2.5", "0.005", "1E+3"]:
            if "e" in spec and text == "0":
                continue  # Python prints 0.00e+2 here
            cases.append({"value": text, "spec": spec, "result": format(Decimal(text), spec)})
    for _ in range(400):
        a, b = random.choice(values), random.choice(values)
        op = random.choice(["+", "-", "*", "/", "//", "%", "<", "==", ">="])
        cases.append({"a": a, "op": op, "b": b, "result": operate(Decimal(a), op, Decimal(b))})
    for _ in range(60):
        a, b = random.choice(values[:14]), random.choice([0, 1, 2, 3, 10])
        op = random.choice(["+", "-", "*", "/", "**", "//", "%"])
        cases.append({"a": a, "op": op, "int": b, "result": operate(Decimal(a), op, b)})
    for text in values:
        for places in ["1", "0.1", "0.01", "1E+1"]:
            try:
                cases.append({"value": text, "quantize": places, "result": str(Decimal(text).quantize(Decimal(places)))})
            except InvalidOperation:
                pass
        cases.append({"value": text, "normalize": str(Decimal(text).normalize())})
    write("decimals", cases)


def operate(a, op, b):
    try:
        return str(eval("a %s b" % op))  # noqa: S307
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


def relations():
    cases = []
    expressions = [
        "r", "r.render()", "r.identifier", "r.name", "r.table", "r.schema", "r.database", "r.type", "r.is_table", "r.is_view", "r.is_cte", "r.is_materialized_view",
        "r.is_pointer", "r.is_function", "r.can_be_renamed", "r.can_be_replaced", "r.include(database=false)", "r.include(false, false)", "r.include(identifier=false)",
        "r.quote(identifier=false)", "r.quote(false, false, false)", "r.quote(schema=none)", "r.without_identifier()", "r.without_identifier().identifier", "r.information_schema()",
        "r.information_schema('tables')", "r.information_schema('tables').include(database=false)", "r.information_schema_only()", "r.incorporate(type='view').type",
        "r.incorporate(path={'identifier': 'z'})", "r.incorporate(path={'schema': none, 'identifier': 'y'})", "r.incorporate(quote_policy={'schema': false})",
        "r.incorporate(include_policy={'database': false}, type='view')", "r.incorporate(type=none).is_table", "r.replace_path(identifier='q')", "r.get('metadata')", "r.get('schema')",
        "r.get('nothing', 'fallback')", "r['identifier']", "r['nothing']", "r.path", "r.path.schema", "r.path.get_lowered_part('schema')", "r.quote_policy", "r.include_policy",
        "r.include_policy.database", "r.quoted('a b')", "r.View", "r.Table", "r.CTE", "r.External", "r.MaterializedView", "r.add_ephemeral_prefix('m')", "r.scd_args('id', 'u')",
        "r.scd_args(['a', 'b'], 'u')", "r.relation_max_name_length()", "r.get_default_quote_policy()", "r.get_default_include_policy()", "r == r.include()", "r == r.quote(schema=false)",
        "r in [r.include()]", "{r: 1}", "[r]", "r ~ '!'", "r is mapping", "r is string", "r is defined", "r is none", "not r", "r.dbt_created", "r.limit", "r.quote_character",
        "r.information_schema_view", "r.matches(schema='Sch')", "r.matches(identifier='other')", "r.matches(database='d', schema='Sch', identifier='tab')", "r.matches(schema='sch')",
        "r.matches()", "r | length", "r | list", "r.nothing", "r.to_dict(omit_none=true).path", "r.render_limited()", "r.render_event_time_filtered()", "'%s' % r", "r | string | upper",
        "(r | string).split('.')", "r.get_function_config({})", "r.is_dynamic_table",
    ]
    relations_ = [
        ("d.Sch.tab table", {"database": "d", "schema": "Sch", "identifier": "tab", "type": "table"}),
        ("no type", {"database": "d", "schema": "Sch", "identifier": "tab"}),
        ("no database", {"schema": "Sch", "identifier": "tab", "type": "view"}),
        ("no identifier", {"database": "d", "schema": "Sch"}),
        ("limit 0", {"database": "d", "schema": "Sch", "identifier": "tab", "limit": 0}),
        ("limit 5", {"database": "d", "schema": "Sch", "identifier": "tab", "type": "table", "limit": 5}),
        ("unquoted", {"database": "d", "schema": "Sch", "identifier": "tab", "quote_policy": {"database": False, "schema": False, "identifier": False}}),
    ]
    for name, fields in relations_:
        relation = PostgresRelation.create(**fields)
        for expression in expressions:
            cases.append({"relation": name, "fields": fields, "expression": expression, "result": evaluate(expression, {"r": relation})})
    filters = []
    for start, end in [("2024-01-01", "2024-01-02"), ("2024-01-01", None), (None, "2024-01-02"), (None, None)]:
        for limit in (None, 0):
            window = EventTimeFilter("ts", start and datetime.datetime.fromisoformat(start), end and datetime.datetime.fromisoformat(end))
            text = str(PostgresRelation.create(schema="s", identifier="t", limit=limit, event_time_filter=window))
            filters.append({"start": start and start + " 00:00:00", "end": end and end + " 00:00:00", "limit": limit, "result": text})
    write("relations", {"expressions": cases, "filters": filters})
    columns = []
    for dtype, sizes in [("text", []), ("TEXT", []), ("character varying", []), ("character varying", [10]), ("varchar", []), ("varchar", [20]), ("character", [3]),
                         ("numeric", []), ("numeric", [None, 10, 2]), ("decimal", [None, 5, 0]), ("numeric", [None, 10, None]), ("integer", []), ("bigint", []), ("int4", []),
                         ("double precision", []), ("float8", []), ("real", []), ("date", []), ("timestamp without time zone", []), ("boolean", []), ("jsonb", []), ("INTEGER", [])]:
        column = PostgresColumn("Col", dtype, *sizes)
        for expression in ["c", "c.name", "c.column", "c.quoted", "c.dtype", "c.data_type", "c.expanded_data_type", "c.char_size", "c.numeric_precision", "c.numeric_scale",
                           "c.is_string()", "c.is_number()", "c.is_numeric()", "c.is_integer()", "c.is_float()", "c.string_size()", "c.literal('1')", "c.string_type(12)",
                           "c.numeric_type('numeric', 3, 1)", "c.numeric_type('numeric', none, 1)", "c.translate_type('string')", "c.create('n', 'String').dtype",
                           "c.can_expand_to(c)", "c.nothing", "c == c", "{c: 1}"]:
            columns.append({"dtype": dtype, "sizes": sizes, "expression": expression, "result": evaluate(expression, {"c": column})})
    for text in ["varchar(20)", "numeric(10,2)", "numeric(10)", "numeric(10, 2)", "text", "double precision", "timestamp(6) with time zone", "numeric(a)", "numeric(1,b)", "x(1,2,3)"]:
        columns.append({"dtype": "text", "sizes": [], "expression": "c.from_description('n', '%s')" % text, "result": evaluate("c.from_description('n', '%s')" % text, {"c": PostgresColumn("c", "text")})})
    write("columns", columns)


def evaluate(expression, variables):
    try:
        template = get_template("{{ " + expression + " }}", variables)
        return ["ok", template.render(variables)]
    except Exception as error:  # noqa: BLE001
        return ["err", type(error).__name__]


def tables():
    d = datetime
    data = {
        "people": (["id", "Name", "score", "born", "at", "ok", "empty"], [
            [1, "ann", Decimal("1234.50"), d.date(2000, 1, 2), d.datetime(2020, 1, 2, 3, 4, 5), True, None],
            [2, "bob", Decimal("-7.125"), d.date(1999, 12, 31), d.datetime(2020, 1, 2, 3, 4, 5, 600000), False, None],
            [3, None, None, None, None, None, None],
            [2, "a name that is longer than twenty characters", Decimal("1000000.1234567"), d.date(2000, 1, 2), d.datetime(2020, 1, 2, tzinfo=d.timezone.utc), True, None],
        ]),
        "none": (["a", "b"], []),
        "many": (["n", "a", "b", "c", "d", "e", "f"], [[i, i * 10, 0.5 * i, "x", None, str(i), 1.0] for i in range(25)]),
        "mixed": (["f", "t"], [[1.0, d.time(1, 2, 3)], [0.1, d.time(4, 5, 6, 7)], [1e20, d.time(0, 0)]]),
        "float": (["f"], [[1.0], [2.0]]),
        "json": (["j", "a"], [[{"a": [1, None]}, [1, 2]], [None, ["é"]]]),
        "interval": (["i"], [[d.timedelta(days=400, seconds=5)], [d.timedelta(microseconds=-5)]]),
    }
    expressions = [
        "t", "t | length", "t.column_names", "t.rows | length", "t.columns | length", "t.rows[0]", "t.rows[-1]", "t.rows[0][0]", "t.rows[0].values()", "t.rows[0].keys()",
        "t.rows[0].dict()", "t.rows[0].items()", "t.columns[0]", "t.columns[0].values()", "t.columns[0].name", "t.columns[-1].values()", "t.columns[1].index",
        "t.columns[1].values_distinct() | length", "t.columns[0].values_without_nulls()", "t.columns[0].values_sorted()", "t.columns[0].data_type.nothing", "t.columns.keys()",
        "t.columns['id'].values()", "t.columns['nope']", "t.rows[0]['id']", "t.rows[0]['nope']", "t.rows[0].id", "t.rows[0].Name", "t.rows[0].get('Name')", "t.rows[0].get('x', 'y')",
        "t.rows[99]", "t.rows[0:2] | length", "t.rows[0][0:2]", "t[0]", "t[0]['id']", "t.columns[2][0]", "t.columns[2][0] + 1", "t.columns[2][0] | round(1)", "t.columns[2][0] | int",
        "t.columns[2][0] | float", "t.columns[0] | sum", "t.columns[0] | map('string') | join('-')", "t.select(['id']).column_names", "t.select('id').rows[0]", "t.exclude(['id', 'Name']).column_names",
        "t.order_by('id').columns[0].values()", "t.order_by('id', reverse=true).columns[0].values()", "t.order_by('Name').columns[0].values()", "t.order_by(['id', 'score']).columns[2].values()",
        "t.limit(2) | length", "t.limit(1, 3) | length", "t.distinct('id') | length", "t.distinct() | length", "t.rename(column_names={'id': 'key'}).column_names",
        "t.rename(column_names=['a', 'b']).column_names", "t.group_by('id').keys()", "t.group_by('id') | length", "t.group_by('id')[0] | length", "t.row_names", "t.nope",
        "t.join(t, 'id').column_names", "t.join(t, 'id', inner=true) | length", "1 in t.columns[0]", "t.rows[0] == t.rows[0].values()", "t.columns[0].values() | list", "t.columns[0].index",
        "t.rows[0] | list", "t.rows | map(attribute='id') | list", "t.rows | map(attribute=0) | list", "t.rows | selectattr('id', 'equalto', 2) | list | length",
        "t.columns[3][0]", "t.columns[4][0]", "t.columns[4][1].isoformat()", "t.columns[5][0]", "t.columns[6].values()", "t.columns[3][0].year", "t.columns[2][0] * 2", "t.columns[2][0] > 5",
        "'%0.1f' % t.columns[2][0]", "'{:,.1f}'.format(t.columns[2][0])", "t.columns[2][0] is number", "t.columns[2][0] ~ ''", "t.columns[2] | max", "t.columns[0] | list | tojson",
        "'%d' % t.columns[0][0]", "t.rows.values() | length", "t.columns[0].values() | sum / 2", "[t.columns[2][0]]", "t.columns[2][0] == 1234.5", "-t.columns[2][0]", "t.columns[2][0] | abs",
        "t.rows[2]", "t.rows[2][1] is none", "t.columns[2][0] // 7", "t.columns[2][0] % 7", "t.columns[0][0] / t.columns[2][0]", "t.columns[2][0] + 0.5",
        "t.columns[0].data_type.jsonify(7)", "t.columns[1].data_type.jsonify(7)", "t.columns[2].data_type.jsonify(t.columns[2][0])", "t.columns[2].data_type.jsonify(none)",
        "t.columns[3].data_type.jsonify(t.columns[3][0])", "t.columns[4].data_type.jsonify(t.columns[4][1])", "t.columns[5].data_type.jsonify(true)", "t.columns[5].data_type.csvify(true)",
        "t.columns[2].data_type.csvify(t.columns[2][0])", "t.columns[2].data_type.jsonify(3)",
    ]
    cases = []
    for name, (columns, rows) in data.items():
        table = agate_helper.table_from_data_flat([dict(zip(columns, row)) for row in rows], columns)
        case = {"table": name, "types": [type(each).__name__ for each in table.column_types], "rows": [[str(cell) for cell in row] for row in table.rows]}
        for options in [{}, {"max_rows": 2}, {"max_columns": 3}, {"max_column_width": None}, {"max_rows": None, "max_columns": None, "max_precision": None}]:
            output = io.StringIO()
            table.print_table(output=output, **options)
            case.setdefault("printed", []).append({"options": options, "text": output.getvalue()})
        if name in ("people", "none"):
            case["expressions"] = [{"expression": each, "result": evaluate(each, {"t": table})} for each in expressions]
        cases.append(case)
    write("tables", cases)


def project():
    """Compiles tests/fixtures/context in the database TDBT_TEST_DB (default postgres) of a local server; `@DB@` stands for its name."""
    fixture = os.path.join(os.path.dirname(__file__), "..", "tests", "fixtures", "context")
    environment = {"TDBT_TEST_HOST": "127.0.0.1", "TDBT_TEST_PORT": "5432", "TDBT_TEST_USER": "postgres", "TDBT_TEST_PASSWORD": "x", "TDBT_TEST_DB": "postgres", **os.environ}
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "context")
        shutil.copytree(fixture, copy)
        dbt = os.path.join(os.path.dirname(sys.executable), "dbt")
        subprocess.run([dbt, "-q", "compile", "--project-dir", copy, "--profiles-dir", copy], env=environment, check=True, cwd=copy)
        compiled = {}
        for path in ("shop/models/m.sql", "utils/models/p.sql"):
            with open(os.path.join(copy, "target", "compiled", path)) as file:
                compiled[path] = file.read().replace('"%s"' % environment["TDBT_TEST_DB"], '"@DB@"').replace(" %s s" % environment["TDBT_TEST_DB"], " @DB@ s")
    with open(os.path.join(fixture, "expected.json"), "w") as file:
        json.dump({"recordedFrom": f"dbt-core {__version__}", "compiled": compiled}, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    warnings.simplefilter("ignore")
    for record in (seeds, decimals, relations, tables, project):
        record()
    sys.exit(0)
