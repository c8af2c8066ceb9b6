import { bindPositional, parameter } from './arguments.ts'
import { lipsum } from './lipsum.ts'
import { Cycler, Joiner, makeDict, Namespace } from './namespace.ts'
import { makeRange } from './range.ts'
import { type HostCallable, PyFunction, type PyValue } from './values.ts'

/** A class that templates may only call. */
class BuiltinClass extends PyFunction {
  override readonly $type = 'type'

  override $repr(): string {
    return `<class '${this.name}'>`
  }
}

const classes: readonly (readonly [string, string, HostCallable])[] = [
  ['dict', 'dict', makeDict],
  ['namespace', 'jinja2.utils.Namespace', (args, kwargs) => new Namespace(makeDict(args, kwargs))],
  ['cycler', 'jinja2.utils.Cycler', (args) => new Cycler(args)],
  ['joiner', 'jinja2.utils.Joiner', makeJoiner],
]

function makeJoiner(...[args, kwargs]: Parameters<HostCallable>): Joiner {
  const [separator = null] = bindPositional('Joiner.__init__', [parameter('sep', ', ')], args, kwargs, 1)
  return new Joiner(separator)
}

/** The names that Jinja itself puts into every template. */
export const jinjaGlobals: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ...classes.map(([name, shown, run]): [string, PyValue] => [name, new BuiltinClass(shown, run)]),
  ['range', new PyFunction('range', makeRange)],
  ['lipsum', new PyFunction('lipsum', lipsum)],
])
