import { PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** Python's name of the value's type, as error messages show it. */
export function typeName(value: PyValue): string {
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    default:
      if (value === null) return 'NoneType'
      if (Array.isArray(value)) return 'list'
      if (value instanceof PyDict) return 'dict'
      if (value instanceof PyTuple) return 'tuple'
      if (value instanceof PyFloat) return 'float'
      if (value instanceof PySet) return 'set'
      if (value instanceof PyObject) return value.$type
      return typeof value
  }
}

/** How Jinja names an object in "… has no attribute 'x'". */
export function objectTypeName(value: PyValue): string {
  if (value === null) return 'None'
  const module = value instanceof PyObject && value.$module
  return `${module ? `${module}.` : ''}${typeName(value)} object`
}
