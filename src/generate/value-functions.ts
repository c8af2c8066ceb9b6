import type { Json } from '../core/index.ts'
import type { CellFunction, CellScope, CellValue } from './cells.ts'
import { isWholeType } from './column-types.ts'
import { dateSampler } from './date-sampler.ts'
import { keyRows } from './key-rows.ts'
import { cumulate, hashLabel, integerBetween, pickByWeight, type RandomStream, randomStream } from './random.ts'
import type { ColumnPath, ColumnSpec, NumberRange, RangeBy, ValueSpec, WeightedValues } from './spec.ts'
import { shuffle, uniqueCapacity } from './unique.ts'

const DAY_MS = 86_400_000

type Kind = ValueSpec['kind']
type Make<K extends Kind> = (
  value: Extract<ValueSpec, { kind: K }>,
  scope: CellScope,
  stream: RandomStream,
  column: ColumnSpec,
) => CellFunction

const MAKERS: { readonly [K in Kind]: Make<K> } = {
  sequence: (value) => (row) => value.start + row * value.step,
  constant(value) {
    const cell = scalar(value.value)
    return () => cell
  },
  faker: fakerCells,
  choice: (value, _scope, stream) => choose(value, stream),
  choice_by: choiceBy,
  integer(value, scope, stream) {
    const range = rangeOf(value.range, value.by, scope)
    return (row) => {
      const [min, max] = range(row)
      return integerBetween(stream.at(row), min, max)
    }
  },
  decimal(value, scope, stream) {
    const range = rangeOf(value.range, value.by, scope)
    const power = 10 ** value.scale
    return (row) => {
      const [min, max] = range(row)
      return Math.round((min + stream.at(row).next() * (max - min)) * power) / power
    }
  },
  date(value, scope, stream) {
    const sample = dateSampler(value.date)
    const earliest = value.date.after ? follow(value.date.after, scope) : null
    return (row) => {
      const bound = earliest ? earliest(row) : null
      return sample(stream.at(row), typeof bound === 'number' ? bound : null)
    }
  },
  after(value, scope, stream) {
    const base = follow(value.of, scope)
    const unit = value.precision === 'day' ? DAY_MS : 1000
    return (row) => {
      const from = base(row)
      if (typeof from !== 'number') return null
      const days = value.minDays + stream.at(row).next() * (value.maxDays - value.minDays)
      return Math.floor((from + days * DAY_MS) / unit) * unit
    }
  },
  foreign_key(value, scope, _stream, column) {
    const { target, rowAt } = keyRows(column.name, scope)
    const cell = target.column(value.column)
    return (row) => {
      const at = rowAt(row)
      return at === null ? null : cell(at)
    }
  },
  lookup(value, scope, stream, column) {
    const found = follow(value, scope)
    const { factor } = value
    if (!factor) return found
    const power = 10 ** lookupScale(value, scope, column)
    return (row) => {
      const cell = found(row)
      if (typeof cell !== 'number') return cell
      const by = factor[0] + stream.at(row).next() * (factor[1] - factor[0])
      return Math.round(cell * by * power) / power
    }
  },
  sum(value, { cellsOf }) {
    const child = cellsOf(value.table)
    const factors = value.columns.map((name) => child.column(name))
    return (row) => {
      // Cents are added as whole numbers, so that a total is exactly the sum of its written lines.
      let cents = 0
      const end = child.firstRowOf(row + 1)
      for (let at = child.firstRowOf(row); at < end; at++) {
        let product = 1
        for (const factor of factors) product *= Number(factor(at))
        cents += Math.round(product * 100)
      }
      return cents / 100
    }
  },
  count(value, { cellsOf }) {
    const child = cellsOf(value.table)
    return (row) => child.firstRowOf(row + 1) - child.firstRowOf(row)
  },
  template(value, { self }) {
    const parts = value.text.split(/\{(\w+)\}/).map((part, index) => {
      if (index % 2 === 0) return () => part
      if (part === 'row') return (row: number) => String(row + 1)
      const column = self.spec.columns.find((one) => one.name === part)
      const text = column ? self.texts(column) : () => null
      return (row: number) => text(row) ?? ''
    })
    return (row) => {
      let text = ''
      for (const part of parts) text += part(row)
      return text
    }
  },
}

/** The function that makes a column's clean values (nulls aside), one kind of value one function. */
export function valueFunction(column: ColumnSpec, scope: CellScope): CellFunction {
  const stream = randomStream(scope.spec.seed, `${scope.table.name}.${column.name}`)
  if (!column.unique) return plain(column.value, scope, stream, column)
  return dealt(column, scope) ?? tagged(plain(column.value, scope, stream, column))
}

function plain<K extends Kind>(
  value: Extract<ValueSpec, { kind: K }>,
  scope: CellScope,
  stream: RandomStream,
  column: ColumnSpec,
): CellFunction {
  const make: Make<K> = MAKERS[value.kind as K]
  return make(value, scope, stream, column)
}

/** Values dealt out like cards: row by row another one of the shuffled range. null: the kind has no range to deal from. */
function dealt(column: ColumnSpec, scope: CellScope): CellFunction | null {
  const { value } = column
  const capacity = uniqueCapacity(column, (table) => scope.cellsOf(table).rowCount)
  if (capacity === null || value.kind === 'foreign_key') {
    return value.kind === 'foreign_key' ? plain(value, scope, randomStream(0, ''), column) : null
  }
  const card = shuffle(capacity, hashLabel(`${scope.table.name}.${column.name}#unique`, scope.spec.seed))
  switch (value.kind) {
    case 'choice':
      return (row) => scalar(value.values[card(row)])
    case 'integer':
      return (row) => value.range[0] + card(row)
    case 'decimal': {
      const power = 10 ** value.scale
      return (row) => (Math.round(value.range[0] * power) + card(row)) / power
    }
    case 'date': {
      const unit = value.date.precision === 'day' ? DAY_MS : 1000
      return (row) => value.date.fromMs + card(row) * unit
    }
    default:
      return null
  }
}

/** Texts that carry the row's number: before `@` in addresses, after a dash elsewhere. Numbers are left as they are. */
function tagged(make: CellFunction): CellFunction {
  return (row) => {
    const value = make(row)
    if (typeof value !== 'string') return value
    const at = value.lastIndexOf('@')
    const tag = (row + 1).toString(36)
    return at < 0 ? `${value}-${tag}` : `${value.slice(0, at)}.${tag}${value.slice(at)}`
  }
}

function fakerCells(
  value: Extract<ValueSpec, { kind: 'faker' }>,
  { faker, spec }: CellScope,
  stream: RandomStream,
): CellFunction {
  const call = faker.bind(value.method, value.args, value.locale ?? spec.locale, stream)
  return (row) => {
    stream.at(row)
    const made = call()
    return made instanceof Date ? made.getTime() : scalar(made)
  }
}

function choose({ values, weights }: WeightedValues, stream: RandomStream): CellFunction {
  const cumulative = cumulate(weights)
  const cells = values.map(scalar)
  return (row) => cells[pickByWeight(stream.at(row), cumulative)] ?? null
}

function choiceBy(
  value: Extract<ValueSpec, { kind: 'choice_by' }>,
  { self }: CellScope,
  stream: RandomStream,
): CellFunction {
  const by = self.column(value.column)
  const choices = new Map([...value.choices].map(([key, choice]) => [key, choose(choice, stream)]))
  const otherwise = value.otherwise ? choose(value.otherwise, stream) : () => null
  return (row) => (choices.get(String(by(row))) ?? otherwise)(row)
}

function rangeOf(range: NumberRange, by: RangeBy | null, { self }: CellScope): (row: number) => NumberRange {
  if (!by) return () => range
  const cell = self.column(by.column)
  return (row) => by.ranges.get(String(cell(row))) ?? range
}

/** The cells of a column of the same row, or of the row that a key points at. */
function follow(path: ColumnPath | Extract<ValueSpec, { kind: 'lookup' }>, scope: CellScope): CellFunction {
  if (path.key === null) return scope.self.column(path.column)
  const { target, rowAt } = keyRows(path.key, scope)
  const cell = target.column(path.column)
  return (row) => {
    const at = rowAt(row)
    return at === null ? null : cell(at)
  }
}

/** Digits after the point of a look-up that is multiplied: none in columns of whole numbers, else those of the decimal that is read, else two. */
function lookupScale(value: Extract<ValueSpec, { kind: 'lookup' }>, scope: CellScope, column: ColumnSpec): number {
  if (isWholeType(column.type)) return 0
  const { target } = keyRows(value.key, scope)
  const found = target.spec.columns.find((one) => one.name === value.column)?.value
  return found?.kind === 'decimal' ? found.scale : 2
}

function scalar(value: Json | unknown): CellValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return JSON.stringify(value)
}
