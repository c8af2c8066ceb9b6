import { expect, test } from 'vitest'
import type { LoadJob } from './job.ts'
import { LoadProgress } from './load-progress.ts'

test('a line every ten seconds, with rows where they are known', () => {
  let now = 0
  const said: string[] = []
  const job = {
    invocation: { now: () => new Date(now) },
    node: { source_name: 'lake', name: 'orders', unique_id: 'source.x.lake.orders' },
    emit: (event: { readonly message?: string }) => said.push(event.message ?? ''),
  } as unknown as LoadJob
  const progress = new LoadProgress(job)
  for (now = 1000; now <= 25_000; now += 1000) progress.add(5_000_000, now > 15_000 ? 1000 : 0)
  expect(said).toEqual(['lake.orders: 50 MB so far, 5.0 MB/s', 'lake.orders: 5,000 rows, 100 MB so far, 5.0 MB/s'])
})
