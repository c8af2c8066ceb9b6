import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { startTestS3, type TestS3 } from '../support/s3-server.ts'
import { withLoads } from './load-project.ts'

const started = await startTestS3()
if ('missing' in started) console.log(`SKIPPED tests/load/s3.test.ts: ${started.missing}`)
const s3: TestS3 | null = 'missing' in started ? null : started

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
  await s3?.stop()
})

test.runIf(s3 !== null)('objects of a bucket are loaded like files, each once', async () => {
  if (s3 === null) return
  const bucket = await s3.createBucket('loads')
  const store = await openStore(`s3://${bucket}/raw/`, { env: { ...s3.env }, base: '/' })
  const write = (key: string, content: string | Uint8Array) => store.write(key, [Buffer.from(content)])
  await write('orders/2024/a.csv', 'id,name\n1,x\n')
  await write('orders/2024/b.csv.gz', gzipSync('id,name\n2,"y\nz"\n'))
  await write('orders/other.txt', 'nothing')
  await withLoads('postgres', server, async (project) => {
    project.tables(`- name: orders
  load: {files: ['s3://${bucket}/raw/orders/**/*.csv', 's3://${bucket}/raw/orders/*/*.csv.gz'], mode: append, source_file: true}`)
    const env = { ...process.env, ...s3.env }
    expect((await project.load({ env })).report).toMatchObject({ rows_loaded: 2 })
    expect(await project.rows('select id, name, source_file from bronze.orders order by id')).toEqual([
      ['1', 'x', `s3://${bucket}/raw/orders/2024/a.csv`],
      ['2', 'y\nz', `s3://${bucket}/raw/orders/2024/b.csv.gz`],
    ])
    await write('orders/2024/c.csv', 'id,name\n3,w\n')
    expect((await project.load({ env })).report).toMatchObject({ rows_loaded: 1, rows_table: 3 })
    const keys = { ...process.env, S3_ENDPOINT: s3.endpoint, S3_SECRET: 'test-credential' }
    project.tables(`- name: named\n  load: {files: 's3://${bucket}/raw/orders/2024/a.csv', connection: bucket}`)
    expect((await project.load({ env: keys })).report).toMatchObject({ rows_loaded: 1 })
    project.tables(`- name: named\n  load: {files: 's3://${bucket}/raw/orders/2024/a.csv', connection: oltp}`)
    expect((await project.load({ env: keys })).error).toMatchObject({
      code: 'T8020',
      details: { expected: 'type: s3' },
    })
    project.tables(`- name: orders\n  load: {files: 's3://no-such-bucket-here/x.csv'}`)
    const { error } = await project.load({ env })
    expect(error.code).toMatch(/^T80/)
    expect(JSON.stringify([error.message, error.details])).not.toContain('test-credential')
  })
})
