import {
  applyFilter,
  callMethod,
  callValue,
  type FilterEnvironment,
  getAttr,
  getItem,
  jinjaGlobals,
  makeUndefined,
  Undefined,
  type UndefinedMode,
} from '../runtime/runtime.ts'
import { type CallResult, type Kwargs, PyObject, type PyValue } from '../runtime/values.ts'
import { LoopObject, type LoopRecursion } from './loop-object.ts'

/** The value of `self`: a template's blocks, of which dbt's have none to give. */
class TemplateReference extends PyObject {
  readonly $type = 'TemplateReference'

  override $repr(): string {
    return '<TemplateReference None>'
  }
}

/** Names a template can see. A Map satisfies it; undefined means no such name. */
export interface Globals {
  get(name: string): PyValue | undefined
  /** Numbers in [0, 1) for `|random`; without it that filter takes the first item. */
  random?(): number
}

const SELF = new TemplateReference()

function loopContext(items: PyValue, depth?: number, recurse?: LoopRecursion): LoopObject {
  return new LoopObject(items, depth, recurse)
}

/** How values are reached into. */
interface Access {
  readonly getAttr: (target: PyValue, name: string) => PyValue
  readonly getItem: (target: PyValue, key: PyValue) => PyValue
  readonly callMethod: (target: PyValue, name: string, args: readonly PyValue[], kwargs: Kwargs) => CallResult
}

const STRICT: Access = { getAttr, getItem, callMethod }
const CAPTURING: Access = {
  getAttr: (target, name) => captured(getAttr(target, name)),
  getItem: (target, key) => captured(getItem(target, key)),
  callMethod: (target, name, args, kwargs) => {
    const method = captured(getAttr(target, name))
    return method instanceof Undefined ? method : callMethod(target, name, args, kwargs)
  },
}

/** What generated code knows of the render at hand: its globals and how undefined values behave. */
export class RenderScope {
  readonly self = SELF
  readonly getAttr: Access['getAttr']
  readonly getItem: Access['getItem']
  readonly callMethod: Access['callMethod']
  readonly callValue = callValue
  readonly applyFilter = applyFilter
  readonly loopContext = loopContext
  private readonly globals: Globals
  private readonly mode: UndefinedMode
  private filters: FilterEnvironment | null = null

  constructor(globals: Globals, mode: UndefinedMode) {
    this.globals = globals
    this.mode = mode
    const access = mode === 'strict' ? STRICT : CAPTURING
    this.getAttr = access.getAttr
    this.getItem = access.getItem
    this.callMethod = access.callMethod
  }

  get environment(): FilterEnvironment {
    const { globals, mode } = this
    this.filters ??= globals.random ? { undefined: mode, random: () => globals.random?.() ?? 0 } : { undefined: mode }
    return this.filters
  }

  /** The global of that name, or an undefined that says so. */
  global(name: string): PyValue {
    const value = this.globals.get(name)
    return value === undefined ? (jinjaGlobals.get(name) ?? this.missing(name)) : value
  }

  missing(name: string): PyValue {
    return makeUndefined(name, this.mode)
  }

  /** The value of a macro's parameter that has no default and was not given. */
  notProvided(name: string): PyValue {
    return makeUndefined(name, this.mode, `parameter '${name}' was not provided`)
  }
}

/** An undefined as dbt's capturing kind. */
function captured(value: PyValue): PyValue {
  return value instanceof Undefined ? value.capturing() : value
}
