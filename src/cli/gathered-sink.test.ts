import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gatheredSink } from './gathered-sink.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function recorded(): { readonly sink: ReturnType<typeof gatheredSink>; readonly writes: string[] } {
  const writes: string[] = []
  return { sink: gatheredSink({ write: (text) => writes.push(text), columns: 90 }, () => Date.now()), writes }
}

test('what comes after a pause is written at once, what follows quickly in one write', () => {
  const { sink, writes } = recorded()
  for (const line of ['a\n', 'b\n', 'c\n']) sink.write(line)
  expect(writes).toEqual(['a\n'])
  vi.advanceTimersByTime(60)
  expect(writes).toEqual(['a\n', 'b\nc\n'])
  vi.advanceTimersByTime(60)
  sink.write('d\n')
  expect(writes).toEqual(['a\n', 'b\nc\n', 'd\n'])
})

test('much text does not wait', () => {
  const { sink, writes } = recorded()
  sink.write('a\n')
  const long = `${'x'.repeat(10_000)}\n`
  sink.write(long)
  expect(writes).toEqual(['a\n'])
  sink.write(long)
  expect(writes).toEqual(['a\n', long + long])
  vi.advanceTimersByTime(1000)
  expect(writes).toHaveLength(2)
})

test('a flush writes what waits, once and in order', () => {
  const { sink, writes } = recorded()
  for (const line of ['a\n', 'b\n']) sink.write(line)
  sink.flush()
  sink.flush()
  sink.write('c\n')
  sink.flush()
  vi.advanceTimersByTime(1000)
  expect(writes).toEqual(['a\n', 'b\n', 'c\n'])
})

test('it tells what the sink below it tells', () => {
  const { sink } = recorded()
  expect(sink.columns).toBe(90)
  expect(sink.isTTY).toBeUndefined()
})
