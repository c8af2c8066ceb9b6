import type { Json } from '../core/index.ts'
import { toHost, toPython } from '../jinja/index.ts'
import type { AdapterMethod, AdapterMethods } from './adapter-method.ts'
import type { Scope } from './scope.ts'

/** The methods that the engine has beyond dbt's own, over plain data. */
export function engineMethods(scope: Scope): AdapterMethods {
  const { runtime } = scope
  const { adapter, target, config } = runtime.project
  const place = {
    target,
    projectRoot: config.root,
    warnOnce: (message: string): void => {
      if (runtime.warned.has(message)) return
      runtime.warned.add(message)
      runtime.emit({ type: 'log', level: 'warn', message })
    },
  }
  const methods = Object.entries(adapter.templateMethods ?? {}).map(([name, { parameters, run }]) => {
    const method: AdapterMethod = {
      parameters: parameters.map((each) =>
        each.default === undefined ? { name: each.name } : { name: each.name, default: toPython(each.default) },
      ),
      run: (args) => {
        const plain = Object.entries(args).map(([key, value]) => [key, toHost(value) as Json] as const)
        return toPython(run(Object.fromEntries(plain), place))
      },
    }
    return [name, method] as const
  })
  return Object.fromEntries(methods)
}
