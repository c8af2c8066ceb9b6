import { expect, test } from 'vitest'
import { isEscalated } from './warn-error.ts'

test('--warn-error makes every warning an error, its options those they name', () => {
  const escalated = (warnErrorOptions: Parameters<typeof isEscalated>[1]['warnErrorOptions']): boolean =>
    isEscalated('JinjaLogWarning', { warnError: false, warnErrorOptions })
  expect(isEscalated('JinjaLogWarning', { warnError: true, warnErrorOptions: {} })).toBe(true)
  expect(escalated({})).toBe(false)
  expect(escalated({ error: 'all' })).toBe(true)
  expect(escalated({ include: ['JinjaLogWarning'] })).toBe(true)
  expect(escalated({ error: ['LogTestResult'] })).toBe(false)
  expect(escalated({ error: 'all', silence: ['JinjaLogWarning'] })).toBe(false)
})
