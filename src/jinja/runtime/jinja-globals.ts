import { bindPositional, parameter } from './arguments.ts'
import { lipsum } from './lipsum.ts'
import { Cycler, Joiner, makeDict, Namespace } from './namespace.ts'
import { makeRange } from './range.ts'
import { PyFunction, type PyValue } from './values.ts'

/** The names that Jinja itself puts into every template. */
export const jinjaGlobals: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['range', new PyFunction('range', makeRange)],
  ['dict', new PyFunction('dict', makeDict)],
  ['namespace', new PyFunction('namespace', (args, kwargs) => new Namespace(makeDict(args, kwargs)))],
  ['cycler', new PyFunction('cycler', (args) => new Cycler(args))],
  [
    'joiner',
    new PyFunction('joiner', (args, kwargs) => {
      const [separator = null] = bindPositional('Joiner.__init__', [parameter('sep', ', ')], args, kwargs, 1)
      return new Joiner(separator)
    }),
  ],
  ['lipsum', new PyFunction('lipsum', lipsum)],
])
