import { expect, test } from 'vitest'
import { TdbtError } from '../../core/index.ts'
import { userPlace } from './user-place.ts'

const builtIn = { file: 'dbt/macros/statements/statement.sql', line: 15, column: 48 }
const model = { file: 'models/a.sql', line: 3, column: 1 }

test('an error inside a built-in macro is shown where the user called it, or nowhere', () => {
  const calls = [
    { macro: 'statement', location: builtIn },
    { macro: null, location: model },
  ]
  expect(userPlace(new TdbtError('T5003', 'no', { location: builtIn, calls }))).toEqual(model)
  expect(userPlace(new TdbtError('T5003', 'no', { location: builtIn }))).toBeUndefined()
})

test('an error in the own code keeps its place', () => {
  expect(userPlace(new TdbtError('T2003', 'no', { location: model }))).toEqual(model)
  expect(userPlace(undefined)).toBeUndefined()
})
