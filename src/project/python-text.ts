import { pyStr, toPython } from '../jinja/index.ts'

/** Python's str() of plain data: `True`, `None`, `['a', 1]`, `{'k': 1.0}`. */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : pyStr(toPython(value))
}
