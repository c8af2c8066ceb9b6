import { describe, expect, test } from 'vitest'
import { type ConformanceSuite, SCHEMA } from './suite.ts'

/** Relations and columns as the catalog tells them. */
export function catalogTests(suite: ConformanceSuite): void {
  describe('catalog', () => {
    test('lists schemas and the relations of several with their kinds', async () => {
      const { dialect, capabilities } = suite.engine.adapter
      await suite.run(`drop schema if exists "${SCHEMA} Two" cascade; create schema "${SCHEMA} Two";
        create table ${SCHEMA}.cat_table (i integer primary key, "Odd Name" varchar(5));
        comment on table ${SCHEMA}.cat_table is 'a table''s comment'; comment on column ${SCHEMA}.cat_table.i is 'key';
        create view ${SCHEMA}.cat_view as select 1 as one;
        ${suite.words.otherTable?.(`"${SCHEMA} Two".parted`) ?? `create table "${SCHEMA} Two".parted (d date)`};
        ${capabilities.materializedViews ? `create materialized view "${SCHEMA} Two".mat as select 1.5::numeric(3,1) as n` : ''}`)
      const schemas = (await suite.run(dialect.listSchemasSql(suite.database))).rows.map((row) => row[0])
      expect(schemas).toEqual(expect.arrayContaining([SCHEMA, `${SCHEMA} Two`]))
      const listed = await suite.run(dialect.listRelationsSql(suite.database, [SCHEMA, `${SCHEMA} two`]))
      expect(listed.columns.map((column) => column.name)).toEqual(['database', 'name', 'schema', 'type'])
      const own = listed.rows.filter((row) => /^(cat_|parted|mat)/.test(String(row[1])))
      expect(own).toEqual([
        [suite.database, 'cat_table', SCHEMA, 'table'],
        [suite.database, 'cat_view', SCHEMA, 'view'],
        ...(capabilities.materializedViews ? [[suite.database, 'mat', `${SCHEMA} Two`, 'materialized_view']] : []),
        [suite.database, 'parted', `${SCHEMA} Two`, 'table'],
      ])
      expect((await suite.run(dialect.listRelationsSql(suite.database, []))).rows).toEqual([])
    })

    test('tells columns, types, comments and owners', async () => {
      const { columns, rows } = await suite.run(
        suite.engine.adapter.dialect.catalogSql(suite.database, [SCHEMA, `${SCHEMA} Two`]),
      )
      expect(columns.map((column) => column.name)).toEqual([
        'table_database',
        'table_schema',
        'table_name',
        'table_type',
        'table_comment',
        'column_name',
        'column_index',
        'column_type',
        'column_comment',
        'table_owner',
      ])
      const { ownerSql, catalogTypes } = suite.words
      const owner = ownerSql === null ? null : await suite.cell(ownerSql)
      const own = rows.filter((row) => /^(cat_|mat)/.test(String(row[2])))
      expect(own.slice(0, 3)).toEqual([
        [suite.database, SCHEMA, 'cat_table', 'BASE TABLE', "a table's comment", 'i', 1, catalogTypes[0], 'key', owner],
        [
          suite.database,
          SCHEMA,
          'cat_table',
          'BASE TABLE',
          "a table's comment",
          'Odd Name',
          2,
          catalogTypes[1],
          null,
          owner,
        ],
        [suite.database, SCHEMA, 'cat_view', 'VIEW', null, 'one', 1, catalogTypes[0], null, owner],
      ])
      if (suite.engine.adapter.capabilities.materializedViews) {
        expect(own[3]?.slice(2, 8)).toEqual(['mat', 'MATERIALIZED VIEW', null, 'n', 1, 'numeric(3,1)'])
      }
    })
  })
}
