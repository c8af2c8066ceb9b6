import { expect, test, vi } from 'vitest'

vi.mock('pg', () => {
  throw new Error('the driver was imported')
})
vi.mock('@electric-sql/pglite', () => {
  throw new Error('PGlite was imported')
})

test('an adapter’s dialect and capabilities are there without its driver', async () => {
  const { adapterTypes, loadAdapter } = await import('./index.ts')
  for (const type of adapterTypes.filter((each) => each !== 'duckdb')) {
    const adapter = await loadAdapter(type)
    expect(adapter.dialect.quote('x')).toBe('"x"')
    expect(adapter.capabilities.transactionalDdl).toBe(true)
    expect(adapter.dispatchPrefixes.at(-1)).toBe('postgres')
  }
  expect((await loadAdapter('embedded')).type).toBe('postgres')
  expect((await loadAdapter('redshift')).dispatchPrefixes).toEqual(['redshift', 'postgres'])
})

test('a type without an adapter is T1006 and names the nearest', async () => {
  const { loadAdapter } = await import('./index.ts')
  await expect(loadAdapter('postgresql')).rejects.toMatchObject({
    code: 'T1006',
    details: { found: 'postgresql', hint: expect.stringContaining('postgres') },
  })
})
