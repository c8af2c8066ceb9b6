import { TdbtError } from '../core/index.ts'
import { PyFunction, PyObject, type PyValue, pyStr } from '../jinja/index.ts'
import { hostValue } from './native-render.ts'
import type { ParseCapture } from './parse-capture.ts'

/** `config` at parse time: calls are noted, questions are answered with an empty text. */
export class ParseConfig extends PyObject {
  readonly $type = 'ParseConfigObject'
  readonly #capture: ParseCapture

  constructor(capture: ParseCapture) {
    super()
    this.#capture = capture
  }

  override $call(args: readonly PyValue[], kwargs: ReadonlyMap<string, PyValue>): PyValue {
    if (args.length > 0 && (args.length > 1 || kwargs.size > 0)) {
      throw new TdbtError('T2004', 'config() takes keyword arguments or one mapping')
    }
    const [first] = args
    if (first !== undefined) this.#capture.addConfig(hostValue(first))
    else {
      const options: Record<string, unknown> = {}
      for (const [key, value] of kwargs) options[key] = hostValue(value)
      this.#capture.addConfig(options)
    }
    return ''
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'get':
      case 'require':
      case 'meta_get':
      case 'meta_require':
        return new PyFunction(name, () => '')
      case 'set':
        return new PyFunction(name, ([key, value]) => {
          this.#capture.addConfig({ [pyStr(key ?? null)]: hostValue(value ?? null) })
          return ''
        })
      case 'persist_relation_docs':
      case 'persist_column_docs':
        return new PyFunction(name, () => false)
      default:
        return undefined
    }
  }
}
