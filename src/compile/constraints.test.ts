import { expect, test } from 'vitest'
import { renderColumns, renderModelConstraints } from './constraints.ts'

const dialect = { quote: (name: string) => `"${name}"` }

test('columns with their constraints, in order', () => {
  const columns = {
    id: { name: 'id', data_type: 'int', constraints: [{ type: 'not_null' }, { type: 'primary_key' }] },
    Name: { name: 'Name', data_type: 'text', quote: true, constraints: [{ type: 'check', expression: 'id > 0' }] },
    ref: {
      name: 'ref',
      data_type: 'int',
      constraints: [
        { type: 'foreign_key', to: '"d"."s"."t"', to_columns: ['id'] },
        { type: 'foreign_key', expression: 't (id)' },
        { type: 'check' },
      ],
    },
  }
  expect(renderColumns(columns, dialect)).toEqual([
    'id int not null primary key',
    '"Name" text check (id > 0)',
    'ref int references "d"."s"."t" (id) references t (id)',
  ])
})

test('model constraints', () => {
  expect(
    renderModelConstraints(
      [
        { type: 'primary_key', columns: ['a', 'b'] },
        { type: 'unique', name: 'u', columns: ['a'], expression: 'nulls not distinct' },
        { type: 'check', name: 'c', expression: 'a > 0' },
        { type: 'foreign_key', columns: ['a'], to: 't', to_columns: ['id'] },
        { type: 'not_null', columns: ['a'] },
        { type: 'custom', expression: 'exclude using gist (a with =)' },
      ],
      dialect,
    ),
  ).toEqual([
    'primary key (a, b)',
    'constraint u unique nulls not distinct (a)',
    'constraint c check (a > 0)',
    'foreign key (a) references t (id)',
    'exclude using gist (a with =)',
  ])
})

test('an unknown kind is refused', () => {
  expect(() => renderModelConstraints([{ type: 'nonsense' }], dialect)).toThrow('Could not parse constraint')
})

test('an engine may call the target of a foreign key by another name', () => {
  const short = { ...dialect, foreignKeyTarget: (relation: string) => relation.split('.').slice(-2).join('.') }
  const key = { type: 'foreign_key', columns: ['a'], to: 'd.s.t', to_columns: ['id'] }
  expect(renderModelConstraints([key], short)).toEqual(['foreign key (a) references s.t (id)'])
  expect(renderColumns({ a: { name: 'a', data_type: 'int', constraints: [key] } }, short)).toEqual([
    'a int references s.t (id)',
  ])
})
