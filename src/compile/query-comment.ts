import { baseVariables, createGlobals } from '../context/index.ts'
import { DBT_VERSION, type Invocation, isJsonObject, TdbtError } from '../core/index.ts'
import { compileTemplate, PyDict, PyObject, type PyValue, pyStr, toPython } from '../jinja/index.ts'
import type { RuntimeProject } from './runtime-project.ts'

/** Makes the comments that tell in the server's logs which node a statement came from. */
export interface QueryComments {
  /** Puts the comment of a connection (and its node, when it has one) to a text. Throws T1009 when the comment would end itself early. */
  for(connectionName: string, node: object | null): (sql: string) => string
}

/** The node as the comment's template sees it: what it lacks is an empty text. */
class CommentNode extends PyObject {
  readonly $type = 'QueryHeaderContextWrapper'

  constructor(readonly fields: Readonly<Record<string, unknown>>) {
    super()
  }

  override $attr(name: string): PyValue {
    const value = this.fields[name]
    return value === undefined ? '' : toPython(value)
  }
}

function withComment(comment: string, append: boolean): (sql: string) => string {
  const text = comment.trim()
  if (text === '') return (sql) => sql
  if (text.includes('*/')) {
    throw new TdbtError('T1009', `query comment contains illegal value "*/": ${text}`)
  }
  if (!append) return (sql) => `/* ${text} */\n${sql}`
  return (sql) => {
    const trimmed = sql.trimEnd()
    return trimmed.endsWith(';') ? `${trimmed.slice(0, -1)}\n/* ${text} */;` : `${trimmed}\n/* ${text} */`
  }
}

/** The project's `query-comment`: absent → dbt's own, null or empty → none, a text or `{comment, append}` → that template. */
export function createQueryComments(project: RuntimeProject, invocation: Invocation): QueryComments {
  const { config, target } = project
  const setting = 'query-comment' in config.raw ? config.queryComment : undefined
  const asObject = isJsonObject(setting) ? setting : null
  const append = asObject?.['append'] === true
  const written = asObject === null ? setting : 'comment' in asObject ? asObject['comment'] : undefined
  if (written === null || written === '') return { for: () => (sql) => sql }
  if (typeof written !== 'string') {
    // Python's json.dumps of dbt's default comment.
    const json = (value: string) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeCharacter)
    const head = `{"app": "dbt", "dbt_version": ${json(DBT_VERSION)}, "profile_name": ${json(target.profileName)}, "target_name": ${json(target.targetName)}, `
    return {
      for: (connectionName, node) => {
        const id = node !== null && 'unique_id' in node ? node.unique_id : undefined
        const own = typeof id === 'string' ? `"node_id": ${json(id)}` : `"connection_name": ${json(connectionName)}`
        return withComment(`${head}${own}}`, append)
      },
    }
  }
  const source = `{%- macro query_comment_macro(connection_name, node) -%}\n${written}\n{% endmacro %}`
  const template = compileTemplate(source, { file: config.fileName })
  const definition = template.macros[0]
  const variables = baseVariables({ project, invocation, packageName: config.name, emit: () => undefined })
  const globals = createGlobals({
    library: project.library,
    packageName: config.name,
    flavour: 'plain',
    variables,
  })
  const macro = definition === undefined ? undefined : template.bindMacro(definition, globals, 'plain')
  return {
    for: (connectionName, node) => {
      const value =
        macro?.$call?.([connectionName, node === null ? null : new CommentNode({ ...node })], new Map()) ?? ''
      return withComment(value instanceof PyDict ? pyStr(value) : pyStr(value as PyValue), append)
    },
  }
}

function escapeCharacter(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
