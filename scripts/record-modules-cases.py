"""Records what Python gives for expressions over dbt's `modules`: src/jinja/cases/modules-cases.json.

Run with a Python that has dbt-core and pytz: python scripts/record-modules-cases.py
The templates render in dbt's Jinja environment with the `modules` that dbt's context has.
"""
import json
import platform
import sys
from pathlib import Path

import jinja2
from dbt import deprecations
from dbt.context.base import get_context_modules
from dbt_common.clients.jinja import get_environment

EXPRESSIONS = r"""
modules.datetime.date(2024, 2, 29)
modules.datetime.date(2024, 2, 29).isoformat()
modules.datetime.date(2023, 2, 29)
modules.datetime.date(2024, 1, 31) + modules.datetime.timedelta(days=30)
modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)
(modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days
modules.datetime.date(2024, 3, 1) - modules.datetime.timedelta(hours=1)
modules.datetime.date(2024, 12, 30).isocalendar()[1]
modules.datetime.date(2024, 12, 30).weekday()
modules.datetime.date(2024, 12, 30).isoweekday()
modules.datetime.date(2024, 12, 30).strftime('%A, %d. %B %Y week %V day %j')
modules.datetime.date(2024, 1, 7).strftime('%U %W %u %w %y %G %a %b')
modules.datetime.date.fromisoformat('2024-05-06')
modules.datetime.date.fromisoformat('2024-5-6')
modules.datetime.date.fromordinal(738000)
modules.datetime.date(2024, 5, 6).toordinal()
modules.datetime.date(2024, 5, 6).replace(day=1)
modules.datetime.date(2024, 5, 6) < modules.datetime.date(2024, 5, 7)
modules.datetime.date(2024, 5, 6) == modules.datetime.date(2024, 5, 6)
modules.datetime.date.min
modules.datetime.date.max
modules.datetime.datetime(2024, 1, 2, 3, 4, 5)
modules.datetime.datetime(2024, 1, 2, 3, 4, 5, 678)
modules.datetime.datetime(2024, 1, 2, 3, 4, 5).isoformat()
modules.datetime.datetime(2024, 1, 2, 3, 4).isoformat(sep=' ', timespec='minutes')
modules.datetime.datetime(2024, 1, 2, 3, 4, 5, 678900).isoformat(timespec='milliseconds')
modules.datetime.datetime(2024, 1, 2, 25, 4, 5)
modules.datetime.datetime(2024, 1, 2) + modules.datetime.timedelta(days=1, hours=2, minutes=-5)
modules.datetime.datetime(2024, 1, 2) - modules.datetime.datetime(2023, 12, 31, 12)
modules.datetime.datetime(2024, 1, 2) - modules.datetime.timedelta(weeks=3, seconds=0.5)
modules.datetime.datetime(2024, 1, 2, 15, 30).strftime('%Y-%m-%dT%H:%M:%S.%f %p %I')
modules.datetime.datetime(2024, 1, 2, 5, 3).strftime('%-d/%-m/%y %-H:%M %e|%k|%l|%%')
modules.datetime.datetime(2024, 1, 2, 5, 3).strftime('%c | %x | %X | %D | %F | %T | %R')
modules.datetime.datetime.strptime('2024-05-06', '%Y-%m-%d')
modules.datetime.datetime.strptime('2024-05-06', '%Y-%m-%d').date()
modules.datetime.datetime.strptime('06/May/2024 07:08:09 PM', '%d/%b/%Y %I:%M:%S %p')
modules.datetime.datetime.strptime('2024-05-06T07:08:09.123+0200', '%Y-%m-%dT%H:%M:%S.%f%z')
modules.datetime.datetime.strptime('2024-05-06 extra', '%Y-%m-%d')
modules.datetime.datetime.strptime('nope', '%Y-%m-%d')
modules.datetime.datetime.strptime('20240506', '%Y%m%d').strftime('%B')
modules.datetime.datetime.strptime('75 032', '%y %j')
modules.datetime.datetime.fromisoformat('2024-05-06T07:08:09+05:30')
modules.datetime.datetime.fromisoformat('2024-05-06 07:08:09.5')
modules.datetime.datetime.fromisoformat('2024-05-06T07:08:09Z')
modules.datetime.datetime.fromisoformat('later')
modules.datetime.datetime.fromtimestamp(1700000000, modules.pytz.utc)
modules.datetime.datetime.utcfromtimestamp(1700000000.25)
modules.datetime.datetime(2024, 1, 2, tzinfo=modules.pytz.utc).timestamp()
modules.datetime.datetime(2024, 1, 2).year
modules.datetime.datetime(2024, 1, 2).date()
modules.datetime.datetime(2024, 1, 2, 3, 4).time()
modules.datetime.datetime(2024, 1, 2, 3, 4).replace(hour=0, minute=0)
modules.datetime.datetime.combine(modules.datetime.date(2024, 1, 2), modules.datetime.time(3, 4))
modules.datetime.datetime(2024, 1, 2) > modules.datetime.datetime(2024, 1, 1)
modules.datetime.datetime(2024, 1, 2) == modules.datetime.date(2024, 1, 2)
modules.datetime.datetime(2024, 1, 2, tzinfo=modules.pytz.utc) - modules.datetime.datetime(2024, 1, 1)
modules.datetime.datetime(2024, 1, 2, tzinfo=modules.pytz.utc) > modules.datetime.datetime(2024, 1, 1)
[modules.datetime.datetime(2024, 1, 2), modules.datetime.date(2024, 1, 2), modules.datetime.timedelta(1, 5)]
modules.datetime.timedelta(days=1)
modules.datetime.timedelta(days=-1, seconds=5)
modules.datetime.timedelta(hours=36).total_seconds()
modules.datetime.timedelta(hours=36).days
modules.datetime.timedelta(hours=36).seconds
modules.datetime.timedelta(days=2) / modules.datetime.timedelta(hours=12)
modules.datetime.timedelta(days=2) * 3
3 * modules.datetime.timedelta(hours=1)
modules.datetime.timedelta(days=1) // 2
modules.datetime.timedelta(days=1) > modules.datetime.timedelta(hours=23)
modules.datetime.timedelta(microseconds=1500)
modules.datetime.timedelta(milliseconds=1500, weeks=1)
modules.datetime.time(1, 2, 3)
modules.datetime.time(1, 2, 3, 4).isoformat()
modules.datetime.time(25)
modules.datetime.timezone.utc
modules.datetime.timezone(modules.datetime.timedelta(hours=-3))
modules.datetime.datetime(2024, 1, 2, tzinfo=modules.datetime.timezone.utc)
modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2024, 7, 1, 12))
modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2024, 1, 1, 12)).isoformat()
modules.pytz.timezone('America/New_York').localize(modules.datetime.datetime(2024, 11, 3, 1, 30))
modules.pytz.timezone('America/New_York').localize(modules.datetime.datetime(2024, 3, 10, 1, 30)).strftime('%Z %z')
modules.pytz.utc.localize(modules.datetime.datetime(2024, 1, 1)).astimezone(modules.pytz.timezone('Asia/Tokyo'))
modules.pytz.utc.localize(modules.datetime.datetime(2024, 7, 1)).astimezone(modules.pytz.timezone('US/Pacific')).strftime('%Y-%m-%d %H:%M %Z')
modules.pytz.timezone('Nowhere/Land')
modules.pytz.timezone('Asia/Kolkata').zone
modules.pytz.utc
modules.pytz.timezone('UTC')
modules.datetime.datetime(2024, 1, 1, tzinfo=modules.pytz.utc).tzinfo
modules.datetime.datetime(2024, 1, 1, tzinfo=modules.pytz.utc).utcoffset()
modules.re.match('(a)(b)?', 'ac').groups()
modules.re.match('b', 'ab')
modules.re.search('b', 'ab').span()
modules.re.search('(?P<word>\\w+) (?P<n>\\d+)', 'say hello 42').groupdict()
modules.re.search('(?P<word>\\w+) (?P<n>\\d+)', 'say hello 42').group('n', 'word')
modules.re.fullmatch('a+', 'aaab')
modules.re.findall('\\d+', 'a1b22c333')
modules.re.findall('(\\w)(\\d)', 'a1 b2')
modules.re.findall('(\\w)\\d', 'a1 b2')
modules.re.sub('(\\w+) (\\w+)', '\\2 \\1', 'hello world')
modules.re.sub('(?P<x>\\d)', '<\\g<x>>', 'a1b2')
modules.re.sub('x*', '-', 'abxd')
modules.re.sub('a', 'b', 'aaa', 2)
modules.re.sub('A', 'b', 'aAa', flags=modules.re.I)
modules.re.subn('a', 'b', 'aba')
modules.re.split('[,;] *', 'a, b;c')
modules.re.split('([,;])', 'a,b;c')
modules.re.split('x*', 'axbc')
modules.re.split(',', 'a,b,c', maxsplit=1)
modules.re.escape('a.b*c-d e')
modules.re.compile('a(b+)').search('xabbb').group(1)
modules.re.compile('^b', modules.re.MULTILINE).findall('a\nb\nb')
modules.re.search('a.b', 'a\nb', modules.re.DOTALL).group()
modules.re.search('(?i)HELLO', 'say hello').group(0)
modules.re.search('(?x) a  b # comment', 'ab').group()
modules.re.search('\\Aab\\Z', 'ab').group()
modules.re.search('b$', 'ab\n').start()
modules.re.match('[[\\]a-]+', '[]-a!').group()
modules.re.match('x{2,3}', 'xxxx').group()
modules.re.match('x{,2}y', 'xxy').group()
modules.re.match('{a}', '{a}').group()
modules.re.match('(a', 'a')
modules.re.search('(\\w)\\1', 'hello').group()
modules.re.match('ü+', 'üü').end()
modules.re.search('b', '😀b').start()
modules.re.match('a', 'a')
modules.re.sub('\\.', '_', 'a.b.c')
modules.re.findall('[^\\s,]+', 'a, b  c')
modules.re.match('^[a-zA-Z_][a-zA-Z0-9_]*$', 'valid_name') is not none
modules.re.search('(?i)(?s)a.B', 'A\\nb') is not none
modules.re.compile('(?i)(?s)a.b').flags
modules.re.sub('(?x) (?i)A B', '_', 'xaby')
modules.re.search('(?i)a(?s)', 'a')
modules.re.search('(?i)|(?s)a', 'a')
modules.itertools.chain([1], [2, 3]) | list
modules.itertools.chain.from_iterable([[1], [2]]) | list
modules.itertools.product('ab', [1, 2]) | list
modules.itertools.product([0, 1], repeat=2) | list
modules.itertools.permutations([1, 2, 3], 2) | list
modules.itertools.combinations([1, 2, 3], 2) | list
modules.itertools.combinations_with_replacement('ab', 2) | list
modules.itertools.islice([1, 2, 3, 4, 5], 1, 5, 2) | list
modules.itertools.islice([1, 2, 3], 2) | list
modules.itertools.accumulate([1, 2, 3]) | list
modules.itertools.zip_longest([1, 2], ['a'], fillvalue='-') | list
modules.itertools.repeat('x', 3) | list
modules.itertools.compress('abc', [1, 0, 1]) | list
""".strip().splitlines()


def main() -> None:
    # Its warning about itertools needs a whole invocation around it.
    deprecations.warn = lambda *_, **__: None
    environment = get_environment(None, False)
    modules = get_context_modules()
    cases = []
    for expression in EXPRESSIONS:
        source = "{{ " + expression + " }}"
        try:
            cases.append([source, ["ok", environment.from_string(source).render({"modules": modules})]])
        except Exception as error:  # noqa: BLE001: the class is what is recorded
            cases.append([source, ["err", type(error).__name__]])
    made_with = f"Python {platform.python_version()}, Jinja2 {jinja2.__version__}"
    out = Path(__file__).parent.parent / "src" / "jinja" / "cases" / "modules-cases.json"
    out.write_text(json.dumps({"made_with": made_with, "cases": cases}, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(cases)} cases, {sum(c[1][0] == 'err' for c in cases)} of them errors, {made_with}", file=sys.stderr)


main()
