"""Makes random templates and renders them with dbt's Jinja environment: JSON on standard output.

usage: python scripts/fuzz-jinja.py COUNT SEED        (called by scripts/fuzz-jinja.mjs)
Each entry is [template, ["ok", text] | ["err", class]]. Wrong types are there on purpose: what raises must raise in both.
"""
import json
import random
import signal
import sys
import warnings

from dbt_common.clients.jinja import get_environment

warnings.simplefilter("ignore")
COUNT, SEED = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(SEED)
PRE = (
    "{%- set n = 7 -%}{%- set z = 0 -%}{%- set f = 2.5 -%}{%- set g = 4.0 -%}{%- set s = 'Hello World' -%}{%- set e = '' -%}"
    "{%- set l = [3, 1, 2] -%}{%- set w = ['b', 'a', 'C'] -%}{%- set d = {'a': 1, 'b': [1, 2], 'c': none} -%}{%- set t = (1, 'x') -%}"
    "{%- set o = [{'k': 'x', 'v': 1}, {'k': 'y', 'v': 2}, {'k': 'x', 'v': 3}] -%}{%- set none_ = none -%}{%- set ns = namespace(q=1) -%}"
)
NAMES = ["n", "z", "f", "g", "s", "e", "l", "w", "d", "t", "o", "none_", "true", "false", "none", "undefined_name", "ns.q"]
LITERALS = ["0", "1", "2", "-3", "1.5", "2.0", "1e3", "'a'", "\"it's\"", "'%d|%s'", "'x{}y'", "[]", "{}", "()", "[1, 'a']", "{'a': 2}", "(1,)", "12345678901234567890", "'é😀'"]
BINARY = ["~", "~", "==", "and", "or", "!=", "+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "** 2 +"]
TESTS = ["defined", "undefined", "none", "not none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "callable", "odd", "even", "true", "false", "divisibleby(2)", "eq(1)", "gt(1)", "in([1, 2, 'a'])", "lower", "upper", "sameas(none)"]
FILTERS = ["upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "list", "string", "int", "float", "abs", "round", "round(1)", "round(0, 'floor')", "sort", "sort(reverse=true)", "sort(attribute='v')", "unique | list", "reverse | list", "join", "join(', ')", "join('-', attribute='k')", "map(attribute='k') | list", "map('upper') | list", "select | list", "select('odd') | list", "reject('none') | list", "selectattr('v', 'gt', 1) | list", "rejectattr('k', 'eq', 'x') | list", "default('dd')", "default('dd', true)", "replace('l', 'L')", "replace('o', '0', 1)", "tojson", "batch(2) | list", "batch(2, 'z') | list", "slice(2) | list", "sum", "sum(attribute='v')", "min", "max", "dictsort", "items | list", "groupby('k') | list", "indent(2)", "indent(width=2, first=true)", "truncate(5)", "wordcount", "center(12)", "format(1, 'b')", "escape", "safe", "striptags", "urlencode", "xmlattr", "filesizeformat", "wordwrap(4)", "as_native", "as_bool", "as_number", "as_text", "attr('upper')", "nosuch"]
METHODS = ["upper()", "lower()", "strip()", "split()", "split('o')", "split('l', 1)", "replace('l', 'm')", "startswith('H')", "endswith(('d', 'x'))", "find('o')", "count('l')", "title()", "zfill(12)", "ljust(12, '.')", "join(['a', 'b'])", "format(1, 2)", "format(a=1)", "isdigit()", "partition('o')", "splitlines()", "append(9)", "extend([8])", "pop()", "pop(0)", "insert(0, 5)", "index(1)", "remove(3)", "copy()", "sort()", "reverse()", "keys() | list", "values() | list", "items() | list", "get('a')", "get('zz', 3)", "update({'q': 1})", "setdefault('m', 1)", "popitem()", "nosuch()", "a", "b[0]", "c.x"]


def expression(depth: int = 0) -> str:
    pick = rng.random()
    if depth > 2 or pick < 0.4:
        return rng.choice(NAMES[:-6] if rng.random() < 0.8 else NAMES) if rng.random() < 0.65 else rng.choice(LITERALS)
    a = expression(depth + 1)
    if pick < 0.5:
        return f"({a} {rng.choice(BINARY)} {expression(depth + 1)})" if rng.random() < 0.6 else f"{a} {rng.choice(BINARY)} {expression(depth + 1)}"
    if pick < 0.66:
        return f"({a}) | {rng.choice(FILTERS)}"
    if pick < 0.74:
        return f"({a}) is {rng.choice(['', 'not '])}{rng.choice(TESTS)}"
    if pick < 0.84:
        return f"({a}).{rng.choice(METHODS)}" if rng.random() < 0.5 else f"{rng.choice(['s', 'l', 'd', 'w', 'o', 't'])}.{rng.choice(METHODS)}"
    if pick < 0.9:
        return f"{rng.choice(['s', 'l', 'd', 't', 'o'])}[{rng.choice(['0', '-1', '1:', ':2', '::2', '::-1', repr('a'), '9', a])}]"
    if pick < 0.95:
        return f"{a} if {expression(depth + 1)} else {expression(depth + 1)}"
    return rng.choice([f"not {a}", f"-({a})", f"[{a}, {expression(depth + 1)}]", f"{{'k': {a}}}", f"range({a}) | list", f"'%s|%r' % ({a}, 1)", f"dict(a={a})", f"({a}, {expression(depth + 1)})"])


def statement(depth: int = 0) -> str:
    pick = rng.random()
    if depth > 2 or pick < 0.3:
        return "{{ " + expression() + " }}"
    inner = "".join(statement(depth + 1) for _ in range(rng.randint(1, 2)))
    dash = lambda: rng.choice(["", "", "-"])  # noqa: E731
    space = lambda: rng.choice(["", " ", "\n", "\n  "])  # noqa: E731
    body = space() + inner + space()
    if pick < 0.42:
        return "{%" + dash() + f" if {expression()} " + dash() + "%}" + body + "{%" + dash() + " else %}E{% endif " + dash() + "%}"
    if pick < 0.6:
        condition = f" if {rng.choice(['x', 'x != 1', 'loop is defined', 'true'])}" if rng.random() < 0.3 else ""
        target = rng.choice(["x", "x", "x, y"])
        return "{%" + dash() + f" for {target} in {rng.choice(['l', 'w', 'd', 'd.items()', 's', 'o', '[]', 't', expression(2)])}{condition} " + dash() + "%}" + rng.choice(["{{ loop.index }}", "{{ x }}", "{{ loop.last }}", ""]) + body + "{% else %}none{% endfor %}"
    if pick < 0.72:
        return "{% set " + rng.choice(["v", "n", "l2", "ns.q"]) + f" = {expression()} " + dash() + "%}" + "{{ " + rng.choice(["v", "n", "l2", "ns.q"]) + " }}"
    if pick < 0.78:
        return "{% set v %}" + body + "{% endset %}[{{ v | trim }}]"
    # Not inside a loop, which might run over what is appended to.
    if pick < 0.84 and depth == 0:
        return "{% do " + rng.choice([f"l.append({expression(2)})", f"d.update({{'z': {expression(2)}}})", "w.sort()", expression(2)]) + " %}"
    if pick < 0.93:
        return "{% macro m(a, b=" + expression(3) + ") " + dash() + "%}" + body + "{{ a }}|{{ b }}|{{ varargs }}|{{ kwargs }}{% endmacro %}{{ m(" + rng.choice(["", "1", "1, 2", "b=3", "1, 2, 3", "a=1, c=4"]) + ") }}"
    return rng.choice(["{% filter upper %}" + body + "{% endfilter %}", "{% with v = " + expression(2) + " %}" + body + "{% endwith %}", "{% raw %}{{ x }}{% endraw %}", "{# note #}" + body])


class TooLong(BaseException):
    """A template that runs for more than two seconds (a huge repetition, say): it is left out."""


def stop(*_: object) -> None:
    raise TooLong


def main() -> None:
    signal.signal(signal.SIGALRM, stop)
    environment = get_environment(None)
    cases = []
    for _ in range(COUNT):
        source = PRE + "".join(statement() + rng.choice(["", " ", "\n", "text"]) for _ in range(rng.choice([1, 1, 2])))
        signal.alarm(2)
        try:
            cases.append([source, ["ok", environment.from_string(source).render({})]])
        except (RecursionError, TooLong):
            continue
        except Exception as error:  # noqa: BLE001: the class is what is compared
            cases.append([source, ["err", type(error).__name__]])
        finally:
            signal.alarm(0)
    json.dump(cases, sys.stdout)


main()
