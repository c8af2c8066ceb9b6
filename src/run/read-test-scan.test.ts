import { expect, test } from 'vitest'
import { readPlainScan, readTestScan } from './read-test-scan.ts'

test('the built-in tests are read from their SQL', () => {
  expect(readTestScan('\n\n\nselect event_id\nfrom "d"."s"."t"\nwhere event_id is null\n\n\n')).toEqual({
    source: '"d"."s"."t"',
    count: { kind: 'rows', condition: 'event_id is null' },
  })
  expect(
    readTestScan(
      'select\n    id as unique_field,\n    count(*) as n_records\n\nfrom "d"."s"."t"\nwhere id is not null\ngroup by id\nhaving count(*) > 1\n',
    ),
  ).toEqual({ source: '"d"."s"."t"', count: { kind: 'duplicates', column: 'id' } })
  expect(
    readTestScan(
      `with all_values as (\n\n select\n status as value_field,\n count(*) as n_records\n\n from "d"."s"."t"\n group by status\n\n)\n\nselect *\nfrom all_values\nwhere value_field not in (\n 'a','b''c',-1\n)`,
    ),
  ).toEqual({
    source: '"d"."s"."t"',
    count: { kind: 'values', column: 'status', condition: "status not in ('a','b''c',-1\n)" },
  })
})

test('a where of the config is part of the source', () => {
  const sql = 'select x from (select * from "d"."s"."t" where a > 1 and (b or c)) dbt_subquery where x is null'
  expect(readTestScan(sql)).toEqual({
    source: '(select * from "d"."s"."t" where a > 1 and (b or c)) dbt_subquery',
    count: { kind: 'rows', condition: 'x is null' },
  })
})

test.each([
  ['select * from t where a < 1 or b > (2 + 3)', 'a < 1 or b > (2 + 3)'],
  ["select a.b, \"C\", 1, 'x' from t as a where not (a.b ~ '^x')", "not (a.b ~ '^x')"],
  ['SELECT amount FROM s.t WHERE (amount > 0) IS NOT TRUE', '(amount > 0) IS NOT TRUE'],
  [
    'select a from t where substring(a from 1 for 2) = extract(year from b)::text',
    'substring(a from 1 for 2) = extract(year from b)::text',
  ],
])('rows of one condition: %s', (sql, condition) => {
  expect(readTestScan(sql)?.count).toEqual({ kind: 'rows', condition })
})

test.each([
  'select a from t',
  'select count(*) from t where a is null',
  'select distinct a from t where a is null',
  'select distinct on (a) a from t where a is null',
  'select a b from t where a is null',
  'select a as b from t where b is null',
  'select a from t, u where a is null',
  'select a from t join u on true where a is null',
  'select a from t u v where a is null',
  'select a from t where a is null group by a',
  'select a from t where a is null limit 1',
  'select a from t where a is null order by 1',
  'select a from t where a is null for update',
  'select a from t where a is null union all select 1',
  'select a from t where a in (select b from u)',
  'select a from t where a is null -- and b',
  'select a from t where a is null /* x */',
  'select a from t where a is null; select 1',
  'select a from t where a = $$x$$',
  "select a from t where a = E'\\n'",
  "select a from t where a = 'x",
  'select a from t where (a is null',
  'select a from t where a is null)',
  'select a from f(1) where a is null',
  'select a from t tablesample system (1) where a is null',
  'with c as (select 1) select a from t where a is null',
  'select id as unique_field, count(*) as n_records from t where id is not null group by other having count(*) > 1',
  'select id as unique_field, count(*) as n_records from t where id is not null group by id having count(*) > 2',
  'select id as unique_field, count(*) as n_records from t where id is not null group by id having count(*) > 1 limit 5',
  'select 1 as unique_field, count(*) as n_records from t where 1 is not null group by 1 having count(*) > 1',
  "with all_values as (select a as value_field, count(*) as n_records from t group by a) select * from all_values where value_field not in ('a') and true",
  'with all_values as (select a as value_field, count(*) as n_records from t group by a) select * from all_values where value_field not in (select 1)',
  'with all_values as (select a as value_field, count(*) as n_records from t group by a) select * from all_values where value_field not in (null)',
  '',
])('not read: %s', (sql) => {
  expect(readTestScan(sql)).toBeNull()
})

test('the commonest form is read at a glance, as it is read from its tokens', () => {
  const words = ['id', '*', 'distinct', 'ALL', 'select', 'From', 'where', '_a1', 'Größe', '"Id"', 'a.b', '1', 'case']
  const sources = [
    '"d"."s"."t"',
    '"t"',
    '"a b"',
    '"a""b"',
    '"a--b"',
    '"$"',
    't',
    's."t"',
    '"d"."s"."t" x',
    '"t", "u"',
    '"t" as x',
  ]
  const rests = [
    'is null',
    'IS  NULL',
    '< 0',
    '<= -1',
    '>5',
    '<>1',
    '= 1',
    '< 1.5',
    '- 1 < 0',
    'is null or true',
    '< 0 limit 1',
    '',
  ]
  let read = 0
  for (const listed of words) {
    for (const source of sources) {
      for (const word of words) {
        for (const rest of rests) {
          const sql = `\n\nselect ${listed}\nfrom ${source}\n where ${word} ${rest}\n`
          const scan = readPlainScan(sql)
          if (scan === null) continue
          read += 1
          expect(scan, sql).toEqual(readTestScan(sql))
        }
      }
    }
  }
  expect(read).toBeGreaterThan(80)
})
