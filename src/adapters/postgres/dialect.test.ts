import { expect, test } from 'vitest'
import { postgresDialect, redshiftDialect } from './dialect.ts'

test('quotes identifiers, whatever is in them', () => {
  expect(postgresDialect.quote('plain')).toBe('"plain"')
  expect(postgresDialect.quote('a"b')).toBe('"a""b"')
})

test('writes literals', () => {
  const { literal } = postgresDialect
  expect(["it's", 'back\\slash', '', 1, -0.5, 1e21, true, false, null].map(literal)).toEqual([
    "'it''s'",
    "'back\\slash'",
    "''",
    '1',
    '-0.5',
    '1e+21',
    'true',
    'false',
    'null',
  ])
  expect(literal(Number.NaN)).toBe("'NaN'::float8")
  expect(literal(Number.NEGATIVE_INFINITY)).toBe("'-Infinity'::float8")
  expect(literal({ a: ["it's"] })).toBe(`'{"a":["it''s"]}'`)
})

test('a text that Postgres cannot hold is T5007', () => {
  expect(() => postgresDialect.literal('a\0b')).toThrow(expect.objectContaining({ code: 'T5007' }))
})

test('schema names go into the lists as literals', () => {
  const sql = postgresDialect.listRelationsSql("d'b", ["o'hare", 'Main'])
  expect(sql).toContain("'d''b' as database")
  expect(sql).toContain("lower(n.nspname) in (lower('o''hare'), lower('Main'))")
  expect(postgresDialect.catalogSql('db', [])).toContain('in (null)')
})

test('redshift differs where its catalog and types do', () => {
  expect(redshiftDialect.listRelationsSql('db', ['s'])).not.toContain('relpersistence')
  expect(redshiftDialect.typeFor('text')).toBe('varchar(256)')
  expect(redshiftDialect.typeFor('integer')).toBe('integer')
  expect(redshiftDialect.maxIdentifierLength).toBe(127)
})
