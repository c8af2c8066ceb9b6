import type { Json } from '../core/index.ts'
import { cumulate, pickByWeight, type RandomStream } from './random.ts'
import type { ColumnSpec, DirtSpec } from './spec.ts'

/** Dirties a written cell by its column's dirt: at most one kind a cell, each at its rate. */
export function dirtier(column: ColumnSpec): (text: string | null, stream: RandomStream) => string | null {
  if (column.dirt.length === 0) return (text) => text
  const rates = column.dirt.map((dirt) => dirt.rate)
  const cumulative = cumulate([...rates, Math.max(0, 1 - rates.reduce((a, b) => a + b, 0))])
  return (text, stream) => {
    const index = pickByWeight(stream, cumulative)
    const dirt = column.dirt[index]
    return dirt ? apply(dirt, text, stream) : text
  }
}

function apply(dirt: DirtSpec, text: string | null, stream: RandomStream): string | null {
  switch (dirt.make.kind) {
    case 'null':
      return null
    case 'values': {
      const values: readonly Json[] = dirt.make.values
      const picked = values[Math.floor(stream.next() * values.length)]
      return picked === null || picked === undefined ? null : String(picked)
    }
    case 'negate':
      return text === null ? null : text.startsWith('-') ? text.slice(1) : `-${text}`
    case 'upper':
      return text?.toUpperCase() ?? null
    case 'pad':
      return text === null ? null : `  ${text} `
    case 'day_first':
      return text === null ? null : text.replace(/^(\d{4})-(\d\d)-(\d\d).*$/, '$3/$2/$1')
  }
}
