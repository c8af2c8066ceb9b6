import { expect, test } from 'vitest'
import type { Wire } from './connect-session.ts'
import { PostgresSession } from './postgres-session.ts'
import { type Submittable, WireQuery } from './wire-query.ts'

/** A wire without a server: queries are answered by hand. */
function fakeWire(cancel: () => Promise<void>): { readonly wire: Wire; readonly submitted: Submittable[] } {
  const submitted: Submittable[] = []
  const wire: Wire = {
    status: 'I',
    alive: true,
    cancelEndsConnection: false,
    pipelines: false,
    onNotice: null,
    submit: (query) => submitted.push(query),
    sendAhead: (query) => submitted.push(query),
    ready: async () => {},
    cancel,
    reset: async () => {},
    end: async () => {},
  }
  return { wire, submitted }
}

function answer(query: Submittable | undefined): void {
  if (query instanceof WireQuery) query.handleReadyForQuery()
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('a cancel that comes too late hits neither the next statement nor the next holder of the connection', async () => {
  let arrive: () => void = () => {}
  const { wire, submitted } = fakeWire(
    () =>
      new Promise((resolve) => {
        arrive = resolve
      }),
  )
  let back = false
  const session = new PostgresSession({
    name: 'model.shop.orders',
    wire,
    place: 'here',
    emit: () => {},
    types: new Map(),
    giveBack: async () => {
      back = true
    },
  })
  const first = session.execute('select 1')
  await turns()
  const cancelled = session.cancel()
  answer(submitted[0])
  const second = session.execute('select 2')
  await turns()
  expect(submitted).toHaveLength(1)
  arrive()
  await cancelled
  await first
  await turns()
  expect(submitted).toHaveLength(2)

  const late = session.cancel()
  answer(submitted[1])
  const released = session.release()
  await turns()
  expect(back).toBe(false)
  arrive()
  await late
  await second
  await released
  expect(back).toBe(true)
})
