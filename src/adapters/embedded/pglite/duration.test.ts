import { expect, test } from 'vitest'
import { durationMs } from './duration.ts'

test('reads times as Postgres’s settings take them', () => {
  expect(['300', '300ms', '30s', ' 5 min ', '1.5h', '1d', '0'].map(durationMs)).toEqual([
    300, 300, 30_000, 300_000, 5_400_000, 86_400_000, 0,
  ])
  expect(['', 'soon', '-1', '5 m'].map(durationMs)).toEqual([null, null, null, null])
})
