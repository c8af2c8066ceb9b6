"""Records what Python and Jinja2, in dbt's environment, give for expressions: src/jinja/cases/runtime-<theme>.json.

Run with a Python that has dbt-core:  python scripts/record-python-cases.py
Each case is [expression, ["ok", text]] or [expression, ["err", "Class: message"]].
"""

import itertools
import json
import pathlib
import platform
import random

import jinja2
import yaml
from dbt_common.clients.jinja import get_environment

OUT = pathlib.Path(__file__).parent.parent / "src" / "jinja" / "cases"
ENVIRONMENT = get_environment()
GLOBALS = {
    "dumps": lambda value, **options: json.dumps(value, **options),
    "loads": json.loads,
    "to_yaml": lambda value, sort_keys=False: yaml.safe_dump(data=value, sort_keys=sort_keys),
    "from_yaml": yaml.safe_load,
    "set": set,
    # Hides a constant from Jinja's optimizer, which swallows errors of constant slices and breaks on inf.
    "keep": lambda value: value,
}


def record(expression):
    try:
        return ["ok", ENVIRONMENT.from_string("{{ " + expression + " }}").render(GLOBALS)]
    except yaml.YAMLError:
        return ["err", "YAMLError"]
    except Exception as error:  # noqa: BLE001
        return ["err", f"{type(error).__name__}: {error}"]


def steady(expression, result):
    """Results that differ from run to run (addresses, set order) are no cases."""
    return "0x" not in result[1] and "built-in method" not in result[1] and "<bound" not in result[1]


def write(theme, expressions):
    cases = []
    for expression in dict.fromkeys(expressions):
        result = record(expression)
        if steady(expression, result):
            cases.append([expression, result])
    header = {"made_with": f"Python {platform.python_version()}, Jinja2 {jinja2.__version__}, PyYAML {yaml.__version__}"}
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = json.dumps(header)[:-1] + ', "cases": [\n' + lines + "\n]}\n"
    (OUT / f"runtime-{theme}.json").write_text(text)
    print(theme, len(cases))


NUMBERS = ["0", "1", "-7", "3", "2.0", "-2.5", "7.5", "0.1", "true", "9007199254740993", "-123456789012345678901", "1e16", "1e-5", "1e308"]
OTHERS = ["none", "'a'", "''", "'ab'", "[]", "[1, 2]", "(1, 2)", "()", "{}", "{'a': 1}", "nope", "('<b>'|safe)", "range(3)", "set([1])"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">=", "in", "not in"]


def arithmetic():
    for operator in OPERATORS:
        for a, b in itertools.product(NUMBERS, NUMBERS):
            # A negative base with a fraction above it would be a complex number, which templates here do not have.
            fraction = "." in b or "e-" in b
            if operator == "**" and (abs(float(b.replace("true", "1"))) > 100 or fraction and a.startswith("-")):
                continue
            yield f"({a}) {operator} ({b})"
        for a, b in itertools.product(OTHERS + ["2", "1.5"], OTHERS + ["2", "1.5"]):
            yield f"{a} {operator} {b}"
    for value in NUMBERS + OTHERS:
        yield f"-{value}"
        yield f"+{value}"
        yield f"not {value}"


def comparison():
    values = ["1", "2.0", "true", "none", "'a'", "''", "[]", "[1, 2]", "[1, 3]", "(1, 2)", "{}", "{'a': 1}", "{'a': 1.0}",
              "nope", "('a'|safe)", "range(3)", "set([1])", "set([1, 2])", "9007199254740993", "9007199254740992.0", "'é'", "'😀'", "'\uffff'"]
    for operator in COMPARISONS:
        for a, b in itertools.product(values, values):
            yield f"{a} {operator} {b}"


TEXTS = ["''", "'a'", "'Hello World'", "'  x y  '", "'ÀÉß ﬁ'", "'a,b,,c'", "'12'", "'-4.50'", "'they\\'re Bill\\'s'", "'😀 emoji 😀'",
         "'line1\\nline2\\r\\nline3\\n'", "'ǆabc'", "'ΑΣ'", "'\\t a\\tb'", "'½²'", "'abcabc'"]


def str_methods():
    nullary = ["upper", "lower", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines",
               "isalpha", "isalnum", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace",
               "istitle", "isupper", "expandtabs", "encode", "nosuch"]
    calls = ["strip('a ')", "lstrip('Ha')", "rstrip('dc')", "split(',')", "split(' ')", "split(none, 1)", "split(',', 1)", "split(sep='a', maxsplit=1)",
             "rsplit(',', 1)", "rsplit(none, 1)", "rsplit('b')", "splitlines(true)", "splitlines(keepends=true)", "join(['x','y'])", "join('pqr')",
             "join([1])", "join(5)", "join()", "replace('a','b')", "replace('a','b',1)", "replace('','-')", "replace('','-',2)", "replace('b','')",
             "replace('a')", "replace(1,'b')", "startswith('a')", "startswith(('H','x'))", "startswith('l', 2)", "startswith(1)", "endswith('c')",
             "endswith(('d','y'))", "endswith('l', 0, 3)", "find('l')", "find('b', 2)", "find('b', -2)", "rfind('b')", "find('')", "find(1)", "index('b')",
             "rindex('b')", "count('a')", "count('')", "count('b', 1, 4)", "partition(',')", "rpartition(',')", "partition('')", "removeprefix('a')",
             "removesuffix('c')", "removesuffix('')", "ljust(8)", "ljust(8,'*')", "rjust(8,'*')", "center(8)", "center(7,'*')", "center(13,'*')",
             "ljust('a')", "ljust(5,'ab')", "zfill(8)", "zfill(2)", "expandtabs(4)", "translate({97: 'x', 98: none})", "format()", "upper(1)",
             "upper(x=1)", "strip(1)", "strip('a','b')", "split('')", "split(1)", "splitlines(1,2)", "isupper().real", "encode().hex()", "encode().decode()"]
    slices = ["[0]", "[-1]", "[99]", "[1:3]", "[::-1]", "[:-1]", "[::2]", "[3:1:-1]", "[-3:]", "['a']", "[1:'a']", "[::0]", "[:none]", "|length", "|list", "|reverse"]
    for text in TEXTS:
        for name in nullary:
            yield f"{text}.{name}()"
        for call in calls:
            yield f"{text}.{call}"
        for part in slices:
            yield f"keep({text}){part}"
    for text in TEXTS:
        yield f"[{text}]"


def formatting():
    specs = ["", "5", "<5", ">5", "^7", "*^9", "05", "d", "5d", "+d", " d", ",", "_", ",d", "_x", "x", "X", "#x", "#o", "#b", "b", "o", "c", "n", "e", "E",
             "f", "F", ".2f", "8.3f", "08.2f", "+.1f", ",.2f", "012,.1f", "g", "G", ".3g", ".0f", "%", ".1%", "s", "5s", ".2s", "=5", "=+7", "0=8d", "#.3g", ".3", ".10", "z.1f", "q", ",,", "08,d", "-", "1.", ".0e", "#.0f", "<08"]
    values = ["0", "5", "-42", "1234567", "65", "true", "1.0", "-2.5", "3.14159", "1234567.891", "1e20", "1e-7", "0.5", "2.675", "'abc'", "''", "none", "[1]", "123456789012345678901", "0.000123", "1e16"]
    for spec, value in itertools.product(specs, values):
        yield f"'{{:{spec}}}'.format({value})"
    templates = ["'{} {}'.format(1, 'a')", "'{0} {1} {0}'.format(1, 2)", "'{a} {b}'.format(a=1, b=[1])", "'{}'.format()", "'{a}'.format()", "'{0[0]} {1.real}'.format([9], 3)",
                 "'{d[k]}'.format(d={'k': 5})", "'{{}} {}'.format(1)", "'{'.format()", "'}'.format()", "'{0'.format(1)", "'{!r} {!s} {!a}'.format('é', 'é', 'é')",
                 "'{:{}}'.format(5, 8)", "'{:{w}.{p}f}'.format(3.14159, w=8, p=2)", "'{0} {}'.format(1, 2)", "'{} {0}'.format(1, 2)", "'{:>{}}'.format('a', 4)", "'{x.y}'.format(x=1)",
                 "'{0!z}'.format(1)", "'{0!}'.format(1)", "'{a[b]}'.format(a={})", "'{:d}'.format('a')", "'{:s}'.format(1)", "'{a}'.format_map({'a': 1})", "'{}'.format(nope)", "'{:5}'.format(nope)",
                 "'{:5}'.format([1])", "'{0.__class__}'.format(1)", "('<b>{}</b>'|safe).format('<')", "'{}'.format('<'|safe)", "'{a.b}'.format(a={'b': 7})", "'a{}b{}c'.format(none, true)", "'{:%Y}'.format(1)"]
    yield from templates
    directives = ["%s", "%r", "%d", "%i", "%5d", "%-5d|", "%05d", "%+d", "% d", "%x", "%X", "%#x", "%o", "%#o", "%e", "%.2e", "%E", "%f", "%.1f", "%8.2f", "%-8.2f|", "%08.2f", "%g", "%G", "%.3g",
                  "%c", "%5s|", "%-5s|", "%.2s", "%5.1s|", "%a", "%%", "%z", "%", "%u", "%.3d", "%+.2f", "%#.3g"]
    for directive, value in itertools.product(directives, values + ["(1,)", "(1, 2)", "{}", "{'a': 1}", "nope"]):
        yield f"'{directive}' % {value}"
    yield from ["'%s %s' % (1, 2)", "'%s %s' % (1,)", "'%s' % (1, 2)", "'%(a)s %(b)d' % {'a': 'x', 'b': 2}", "'%(a)s' % {}", "'%(a)s' % 5", "'%*d' % (5, 42)", "'%-*d|' % (5, 42)", "'%.*f' % (2, 3.14159)", "'%*d' % ('a', 1)",
                "'a' % 5", "'a' % []", "'a' % {}", "'a' % ()", "'%%' % ()", "'%s' % [1, 2]", "'%s' % 'abc'", "('%s'|safe) % '<'", "('%s-%s'|safe) % ('<', '>'|safe)", "('%(a)s'|safe) % {'a': '<'}", "'%s' % ('<'|safe)", "'%c' % 'ab'", "'%c' % 1114112",
                "'%d' % '3'", "'%d' % 3.99", "'%x' % 3.5", "'%f' % 'a'"]


def printing():
    yield from ["1e15", "1e16", "1e17", "123456789.123", "1e-4", "1e-5", "1.5e300", "5e-324", "0.1 + 0.2", "1/3", "100.0", "1e22", "123456789012345680.0", "2.0**70", "-0.0", "keep(1e308)*10", "-(keep(1e308)*10)", "2**64", "10**25", "-2**63",
                "[1.0, 'a', none, true]", "{1: 'a', 'b': (1,)}", "['a\\nb']", "['it\\'s']", "['say \"x\" it\\'s']", "['\\\\']", "['é😀']", "['\\x00\\x7f']", "['\u200b']", "['\u00a0']", "set([1])", "set()", "(1,)", "()", "[[]]", "{}", "range(5)", "range(1, 5, 2)",
                "{'a': 1}.items()", "{'a': 1}.keys()", "{'a': 1}.values()", "namespace(a=1)", "'a'|safe", "['a'|safe]", "nope", "[nope]", "[range(2)]", "'\\ud83d'|length"]


def collections():
    lists = ["[]", "[3, 1, 2]", "['b', 'a', 'C']", "[1, 'a']", "[[2], [1]]", "[1, 1.0, true]"]
    for items in lists:
        for call in ["append(4)", "append()", "append(1, 2)", "extend([7, 8])", "extend('xy')", "extend(5)", "insert(0, 9)", "insert(-1, 9)", "insert(99, 9)", "remove(1)", "pop()", "pop(0)", "pop(-1)", "pop(9)", "pop('a')", "clear()", "reverse()",
                     "sort()", "sort(reverse=true)", "sort(1)", "sort(x=1)", "copy()", "count(1)", "index(1)", "index(2, 1)", "index('z')", "nosuch()"]:
            yield f"[{items}] | map('list') | list"
            yield f"(namespace(l={items}).l).{call}"
        for call in ["append(4)", "extend([7])", "insert(1, 9)", "remove(1)", "pop()", "reverse()", "sort()", "clear()"]:
            yield f"[l.{call}, l] if l is not defined else 0"
        for part in ["[0]", "[-1]", "[9]", "['a']", "[1:]", "[::-1]", "[0:2]", "[none:1]", "[true]", "[1.0]"]:
            yield f"keep({items}){part}"
    dicts = ["{}", "{'a': 1, 'b': 2}", "{1: 'x', 2.0: 'y', true: 'z', none: 0}", "{'items': 5, 'x': {'y': 1}}"]
    for one in dicts:
        for call in ["get('a')", "get('zz', 3)", "get()", "get([])", "items()", "keys()", "values()", "items()|list", "keys()|list", "pop('a')", "pop('zz')", "pop('zz', 1)", "popitem()", "setdefault('q', 4)", "setdefault('a')", "update({'k': 1})", "update(k=1)", "update([('k', 1)])",
                     "update([1])", "update(['ab'])", "update(['abc'])", "update(5)", "copy()", "clear()", "fromkeys(['p', 'q'], 0)", "nosuch()", "a", "items", "x.y", "x.z.w", "_x", "__class__", "get('a').b"]:
            yield f"{one}.{call}"
        for part in ["['a']", "[1]", "[1.0]", "[true]", "['zz']", "[[]]", "[none]", "['items']", "[1:2]"]:
            yield f"keep({one}){part}"
    yield from ["(1,2).count(1)", "(1,2).index(3)", "(1,2).index(2)", "(1,2)[5]", "(1,2)[::-1]", "(1,2).foo", "(1).bit_length()", "(1).real", "(1.5).is_integer()", "(2.0).is_integer()", "(0.75).as_integer_ratio()", "(5).numerator",
                "dict(a=1)", "dict({'a': 1}, b=2)", "dict([('a', 1)])", "dict([1])", "dict(1)", "dict(1, 2)", "range(0)", "range(3)|list", "range(5, 0, -2)|list", "range('a')", "range()", "range(1,2,3,4)", "range(0, 5, 0)", "range(200000)", "range(5)[1]", "range(5)[-1]", "range(5)[9]",
                "range(5)[1:3]", "range(5).start", "3 in range(5)", "range(5)|length", "range(3) == range(0,3)", "set([1,2]) == set([2,1])", "set([1]).union([2])|list|sort", "set([1,2]).intersection([2])", "set([1,2]).difference([2])", "set([1]).issubset([1,2])", "set([1,2]) - set([1])",
                "set([1]).isdisjoint([2])", "set([[1]])", "set(1)", "set('aa')", "cycler(1,2).next()", "cycler()", "joiner()()", "joiner('|')", "namespace(a=1).a", "namespace(a=1).b", "namespace({'a': 2}).a", "namespace(1)", "nope.x", "nope['x']", "nope()", "none.x", "none['x']", "none()", "keep(none)[1:]",
                "(5)()", "'a'()", "'a'.b", "'a'.b.c", "'a'.b()", "[].x.y", "{}.x.y", "(1)[0]", "(1).x.y", "nope|length", "nope|list", "(nope)|default(1)", "{[]: 1}", "{(1, 2): 3}", "{(1, []): 3}", "{'a': 1}.a", "{'a': {'b': [10]}}.a.b[0]", "[1,2,3].0", "{1: 2}[1]", "5.__class__", "''.__class__.x", "'a'._foo", "[]|first",
                "[]|last|upper", "{'a':1}.keys() - ['a']", "{'a':1}.keys() - {'a':1}.keys()", "{'a': 1}.items() == {'a': 1}.items()", "('a', 1) in {'a': 1}.items()", "1 in {'a': 1}.values()"]


def filters():
    values = ["''", "'abc'", "'Hello big World'", "'<a href=\"x\">&amp; é</a>'", "none", "nope", "true", "5", "-3", "2.5", "-2.567", "'42'", "'4.9'", "'x'", "[]", "[3, 1, 2]", "['b', 'A', 'c']", "[1, 'a']", "(1, 2)", "{'b': 1, 'A': 2}",
              "{}", "[{'n': 'x', 'v': 1}, {'n': 'Y', 'v': 3}, {'n': 'x', 'v': 2}]", "[[1, 2], [3]]", "range(5)", "'a\\nb\\n\\nc'", "('<b>'|safe)", "12345678", "[1, 1.0, true, 'a', 'A']", "[none, 1]", "' pad '", "[[]]", "set([1])"]
    calls = ["abs", "attr('n')", "attr('upper')", "batch(2)|list", "batch(2, 'f')|list", "capitalize", "center(12)", "count", "default('d')", "default('d', true)", "d(boolean=true, default_value=7)", "dictsort", "dictsort(true)", "dictsort(by='value')",
             "dictsort(reverse=true)", "dictsort(by='x')", "escape", "e", "filesizeformat", "filesizeformat(true)", "first", "float", "float(1.5)", "float(default='q')", "forceescape", "groupby('n')", "groupby('n', case_sensitive=true)",
             "groupby('q', default='z')", "indent", "indent(2, true)", "indent(width=3, blank=true)", "indent('>> ')", "int", "int(7)", "int(base=16)", "int(default=none)", "join", "join(',')", "join(',', attribute='n')", "last", "length", "list", "lower", "items|list",
             "map('upper')|list", "map(attribute='n')|list", "map(attribute='q', default='?')|list", "map('int')|list", "map()|list", "map('nosuch')|list", "map(attribute=0)|list", "min", "max", "min(attribute='v')", "max(attribute='n')", "max(case_sensitive=true)", "pprint", "reject('odd')|list", "rejectattr('v')|list",
             "rejectattr('n', 'equalto', 'x')|list", "replace('a', 'z')", "replace('l', 'L', 1)", "replace(1)", "reverse|list", "round", "round(1)", "round(1, 'ceil')", "round(method='floor')", "round(-1)", "round(0, 'x')", "safe", "select|list", "select('string')|list",
             "select('in', [1, 2, 'a'])|list", "selectattr('v')|list", "selectattr('v', '>', 1)|list", "selectattr('n', 'upper')|list", "selectattr()|list", "slice(2)|list", "slice(2, 'f')|list", "sort", "sort(true)", "sort(attribute='n')", "sort(attribute='n,v')", "sort(case_sensitive=true)", "sort(reverse=true, attribute='v')",
             "string", "striptags", "sum", "sum(attribute='v')", "sum(start=10)", "title", "trim", "trim('a')", "truncate(5)", "truncate(5, true)", "truncate(5, true, '!', 0)", "truncate(1)", "unique|list", "unique(true)|list", "unique(attribute='n')|list",
             "upper", "urlencode", "wordcount", "wordwrap(6)", "wordwrap(4, false)", "xmlattr", "xmlattr(false)", "tojson", "tojson(2)", "tojson(indent=1)", "is_list", "as_text", "as_native", "as_bool", "as_number", "join(d='-')", "upper(1)", "upper(x=1)", "default()", "format(1, 2)", "reverse"]
    for value, call in itertools.product(values, calls):
        yield f"{value}|{call}"
    yield from ["'%s-%s'|format(1, 2)", "'%(a)s'|format(a=1)", "'%s'|format(1, a=2)", "('%s'|safe)|format('<')", "'a b'|urlencode", "{'a b': 'c/d', 'x': 'é'}|urlencode", "[('a', 1)]|urlencode", "'/a b?c'|urlencode",
                "'see http://example.com/a(b). and (www.x.org), me@x.io'|urlize", "'http://example.com/long/path'|urlize(12, true)", "'x'|urlize(target='_blank')", "'foo bar baz qux'|truncate(9)", "'foo bar baz qux'|truncate(11)", "'foo bar baz qux'|truncate(11, false, '...', 0)",
                "{'class': 'a', 'm': none, 'id': '<1>'}|xmlattr", "{'a b': 1}|xmlattr", "1000|filesizeformat", "1|filesizeformat", "1500|filesizeformat", "1048576|filesizeformat(true)", "'1e3'|float", "'inf'|float", "'nan'|float", "'1_000'|int", "' 12 '|int", "'0x1f'|int(0, 16)", "'0b11'|int(base=2)", "'12'|int(base=3)",
                "1e20|int", "2.5|round", "3.5|round", "0.5|round|int", "2.675|round(2)", "1.005|round(2)", "1234.5|round(-2)", "15|round(-1)", "25|round(-1)", "42.55|round(1, 'floor')", "42.51|round(1, 'ceil')", "[1.5, 2]|sum", "['a']|sum", "['a']|sum(start='')", "[[1],[2]]|sum(start=[])",
                "[{'a': {'b': 1}}]|map(attribute='a.b')|list", "['x']|map('replace', 'x', 'y')|list", "[1,2,3]|select('gt', 1)|list", "[1,2,3]|select('divisibleby', 2)|list", "[1,2]|select('nosuch')|list", "'abc'|first", "'abc'|last", "{'a':1}|first", "{'a':1}|last", "range(3)|last", "range(3)|reverse|list", "{'a':1}|reverse|list",
                "('a'|safe) + '<'", "'<' + ('a'|safe)", "('a'|safe) ~ '<'", "('a'|safe)|upper + '<'", "('<%s>'|safe)|replace('%s', '<')", "('a,<'|safe).split(',')", "(', '|safe).join(['<', 'b'|safe])", "('x'|safe) * 2", "('a'|safe) == 'a'", "{'a': 1}['a'|safe]", "('ab'|safe)[0]", "('&amp;'|safe).unescape()", "('<b>x</b> y'|safe).striptags()",
                "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]|pprint", "{'zebra': 'a'*30, 'apple': ['b'*30, 'c'*30]}|pprint"]


def tests():
    values = ["none", "nope", "true", "false", "0", "1", "2", "1.0", "2.5", "''", "'abc'", "'ABC'", "'Abc'", "[]", "[1]", "(1,)", "{}", "{'a': 1}", "range(3)", "set([1])", "('a'|safe)", "dict", "'a'.upper", "{'a':1}.values()", "[1]|map('int')", "9007199254740993"]
    names = ["boolean", "callable", "defined", "escaped", "even", "false", "filter", "float", "integer", "iterable", "lower", "mapping", "none", "number", "odd", "sequence", "string", "test", "true", "undefined", "upper",
             "divisibleby 2", "divisibleby(0)", "eq 1", "equalto('abc')", "ne 1", "gt 1", "ge 1", "lt 1", "le(2)", "greaterthan(0)", "lessthan(0)", "in [1, 'abc']", "in 'abcd'", "sameas none", "sameas true", "odd(1)"]
    for value, name in itertools.product(values, names):
        yield f"{value} is {name}"
        if name in ("defined", "none"):
            yield f"{value} is not {name}"
    yield from ["'upper' is filter", "'nosuch' is filter", "'odd' is test", "'nosuch' is test"]


def json_cases():
    values = ["none", "true", "1", "1.0", "1e16", "1e-7", "'a\"b\\\\c\\n\\t\\x01'", "'é😀'", "[]", "{}", "[1, [2, {'a': none}]]", "{'b': 1, 'a': [true, 1.5]}", "{1: 2, none: 3, true: 4, 1.5: 5}", "(1, 2)", "nope", "set([1])", "range(2)", "keep(1e308)*10", "('x'|safe)", "{(1,): 2}", "10**20", "'</script>&\\''", "{'b': 1, 1: 2}", "{'a': 1}.keys()"]
    for value in values:
        for options in ["", ", sort_keys=true", ", indent=2", ", ensure_ascii=false"]:
            yield f"dumps({value}{options})"
        yield f"{value}|tojson"
    for text in ["1", "1.0", "-0", "1e3", "1E-2", '"a"', '"\\\\u00e9\\\\n"', "[]", "[1, 2]", "[1, 2", "{}", '{"a": {"b": null}}', '{"a" 1}', "{a: 1}", "true", "True", "nul", "", " [ ] ", "1 2", '"abc', "[1,]", '{"a":1,}', "NaN", "-Infinity", "01", "1.", '{"a": 1, "a": 2}', "123456789012345678901", '"\\\\x"', '"\\t"', "[1 2]"]:
        yield f"loads('{text}')"


def yaml_cases():
    values = ["none", "true", "1", "1.0", "1e16", "1e-7", "'abc'", "''", "' x'", "'x '", "'yes'", "'1'", "'1.5'", "'null'", "'~'", "'2020-01-01'", "'a: b'", "'a:b'", "'a #b'", "'#a'", "'- a'", "'-a'", "'-'", "'[a]'", "'{a}'", "'a, b'", "'a\\nb'", "'a\\n\\nb\\n'", "'\\ta'", "'é'", "'😀'",
              "'it\\'s'", "'\"q\"'", "'@x'", "'`x'", "'%x'", "'*x'", "'&x'", "'!x'", "'|'", "'>'", "'?'", "'? a'", "':'", "': a'", "'a:'", "'---'", "'...'", "'=' ", "'<<'", "'0x1f'", "'012'", "'1e3'", "'1.0e+3'", "'12:30'", "'0o7'", "'1_000'", "'.inf'", "'on'", "'N'", "'n'", "'a\\\\b'", "'a' * 100", "'word ' * 30", "('word ' * 30) + '\\n' + ('more ' * 20)", "('é word ' * 20)",
              "[]", "{}", "[1, 'a', none]", "{'a': 1, 'b': [1, 2], 'c': {'d': []}}", "[[1, 2], [3]]", "[{'a': 1, 'b': 2}, {'c': [1]}]", "{'b': 1, 'a': 2}", "{1: 'x', none: 'y', true: 'z', 'k: v': 1, '': 2}", "(1, 2)", "set(['a'])", "{'s': set(['a'])}", "nope", "range(3)", "('x'|safe)", "{'long key ' * 20: 1}", "{(1, 2): 3}", "{'a': {'b': {'c': 'text ' * 30}}}",
              "['text ' * 30]", "{'k': 'multi\\nline'}", "10**20", "keep(1e308)*10", "{'a': {}, 'b': []}", "[[], {}]", "{'a': 'x' * 90 + ' ' + 'y' * 20}", "'a  b' * 40", "{'q': \"it's a long sentence with quotes: \" * 5}"]
    for value in values:
        yield f"to_yaml({value})"
        yield f"to_yaml([{value}])"
        yield "to_yaml({'k': " + value + "})"
        yield f"to_yaml({value}, sort_keys=true)"
    texts = ["1", "01", "08", "0x1F", "0b11", "1_000", "1.5", "1.", ".5", "1e3", "1.0e+3", "1e+3", "yes", "No", "on", "off", "y", "n", "true", "TRUE", "tRUE", "null", "~", "", "Null", "abc", "'1'", '"1"', '"a\\\\nb"', "2020-01-01", "2020-01-01 10:00:00", "2020-01-01T10:00:00Z", "2020-01-01T10:00:00.5+02:00", "2020-01-01 10:00:00 -5",
             "12:30", "12:30:45", "1:30.5", ".inf", "-.Inf", ".nan", "[1, a, 'b']", "{a: 1, b: [x]}", "a: 1\\nb: 2", "- 1\\n- a: 2\\n  b: 3", "a:\\n  - x\\n  - y", "a: &x [1]\\nb: *x", "a: &x {p: 1, q: 2}\\nb:\\n  <<: *x\\n  q: 3", "a: |\\n  x\\n  y\\n", "a: >\\n  x\\n  y\\n", "a: |-\\n  x", "a: !!str 1", "a: !!int '3'", "!!set {a}", "!foo x", "a: b: c", "[1, 2", "a: 1\\na: 2", "1: x\\ntrue: y",
             "---\\na: 1", "a: 1\\n---\\nb: 2", "# c\\na: 1 # d", "a: 'it''s'", "? a\\n: b", "%YAML 1.1\\n---\\na", "*x", "- - 1\\n  - 2", "a: -", "-1", "+1", "0", "-0", "0.0", "1_0.5", "=", "a: 2020-13-01", "{a, b: }", "a: [1,\\n 2]", "'a\\n  b'", "a\\nb", "@x", "a: 1e5", "08.5", "0o7", "!!binary aGk=", "!!float 1", "!!null ''", "a: !!python/object:x {}"]
    for text in texts:
        yield "from_yaml('" + text.replace("'", "\\'") + "')"


def random_expressions():
    generator = random.Random(20)
    atoms = ["1", "0", "-3", "2.5", "1e16", "'a'", "'Hello'", "''", "none", "true", "false", "[1, 2, 3]", "['b', 'a']", "{'a': 1}", "(1, 'x')", "nope", "range(4)", "'a b c'", "10**17"]
    unary = ["{}|length", "{}|list", "{}|string", "{}|int", "{}|float", "{}|upper", "{}|first", "{}|last", "{}|sort", "{}|unique|list", "{}|sum", "{}|join('-')", "{}|tojson", "{}|round(1)", "{}|abs", "{}|default(1)", "keep({})[0]", "keep({})[-1]", "keep({})[1:]", "keep({})[::-1]", "({}).items()|list", "({}).upper()", "({}).split()", "({}).get('a')",
             "not {}", "-{}", "{} is string", "{} is number", "{} is iterable", "{} is mapping", "{}|reverse|list", "{}|map('string')|list", "{}|select|list", "{}|min", "{}|max", "{}|batch(2)|list", "{}|title", "{}|replace('a', 'z')", "'%s' % ({},)", "'%d' % {}", "'{{}}'.format({})", "'{{:>6}}'.format({})", "[{}]", "{{'k': {}}}", "({},)"]
    binary = ["{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} // {}", "{} % {}", "{} == {}", "{} < {}", "{} in {}", "{} and {}", "{} or {}", "{} ~ {}", "{} if {} else 0", "{}|default({})", "[{}, {}]"]

    def make(depth):
        if depth == 0 or generator.random() < 0.15:
            return generator.choice(atoms)
        if generator.random() < 0.5:
            return "(" + generator.choice(unary).format(make(depth - 1)) + ")"
        return "(" + generator.choice(binary).format(make(depth - 1), make(depth - 1)) + ")"

    kept = 0
    while kept < 1200:
        expression = make(generator.randint(1, 3))
        result = record(expression)
        # Errors say little here: one in five is enough.
        if len(result[1]) < 400 and (result[0] == "ok" or generator.random() < 0.2):
            kept += 1
            yield expression


THEMES = {
    "arithmetic": arithmetic, "comparison": comparison, "str": str_methods, "format": formatting, "print": printing, "collections": collections,
    "filters": filters, "tests": tests, "json": json_cases, "yaml": yaml_cases, "random": random_expressions,
}

if __name__ == "__main__":
    for name, make_cases in THEMES.items():
        write(name, make_cases())
