import { afterEach, expect, test, vi } from 'vitest'
import type { Engine } from '../adapters/interface.ts'
import { TdbtError } from '../core/index.ts'
import { StopSignal } from './stop-signal.ts'

afterEach(() => {
  vi.useRealTimers()
})

function engine(): { readonly engine: Engine; cancels(): number } {
  let count = 0
  const cancelAll = async (): Promise<void> => {
    count += 1
  }
  return { engine: { cancelAll } as Engine, cancels: () => count }
}

test('a stop cancels until it is disposed of, and connections see why', () => {
  vi.useFakeTimers()
  const { engine: one, cancels } = engine()
  const stop = new StopSignal(one, undefined)
  expect(stop.signal.aborted).toBe(false)
  stop.stop(new TdbtError('T5008', 'because'))
  expect(() => stop.signal.throwIfAborted()).toThrow('because')
  expect(cancels()).toBe(1)
  vi.advanceTimersByTime(1000)
  expect(cancels()).toBe(5)
  stop[Symbol.dispose]()
  vi.advanceTimersByTime(1000)
  expect(cancels()).toBe(5)
})

test('the outer signal stops it, before or after it was made', () => {
  const outer = new AbortController()
  using late = new StopSignal(engine().engine, outer.signal)
  outer.abort()
  using early = new StopSignal(engine().engine, outer.signal)
  expect([late.signal.aborted, early.signal.aborted]).toEqual([true, true])
})
