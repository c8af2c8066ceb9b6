import { Environment, Template as NunjucksTemplate } from './nunjucks.ts'
import { toPython } from './runtime/runtime.ts'
import type { PyValue } from './runtime/values.ts'
import { compileTemplate, type Template } from './template.ts'

/** nunjucks' Environment as a host of dbt's Jinja: no loader, no autoescape, templates by Python's rules. */
export class DbtEnvironment extends Environment {
  constructor() {
    super(null, { autoescape: false })
  }

  override renderString(source: string, context: object): string {
    return new DbtTemplate(source, this).render(context)
  }
}

/** nunjucks' Template over tdbt's compiler. The context's values are taken as plain host data. */
export class DbtTemplate extends NunjucksTemplate {
  private readonly compiled: Template

  constructor(source: string, environment: DbtEnvironment = new DbtEnvironment(), path = '<template>') {
    super('', environment, path, false)
    this.compiled = compileTemplate(source, { file: path })
  }

  override render(context: object = {}): string {
    const values = new Map<string, PyValue>(Object.entries(context).map(([name, value]) => [name, toPython(value)]))
    return this.compiled.render(values)
  }
}
