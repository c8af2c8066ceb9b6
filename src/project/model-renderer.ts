import { type LoadOptions, loadProfile, loadScopes, prepare } from './load-project.ts'
import { isJsonData, type RenderedFile } from './model-render.ts'
import { contentOf } from './project-files.ts'
import { digestOf, modelsOf } from './render-ahead.ts'
import { renderModelApart } from './sql-nodes.ts'

/** Renders the models of a project for a thread that parses it. */
export interface ModelRenderer {
  /** Equal to that of the parsing thread where both see the same settings, macros and list of models. */
  readonly digest: string
  readonly count: number
  /** null where the parsing thread must do it: an error, a message, a Python model, data that is not plain. Never throws. */
  render(index: number): RenderedFile | null
}

/** Opens a project as `loadProject` does, for its models alone. Throws what loadProject throws; warnings are the parsing thread's business. */
export async function openModelRenderer(
  options: Pick<LoadOptions, 'invocation' | 'adapterFor' | 'stdlib'>,
): Promise<ModelRenderer> {
  let told = false
  let envNames: string[] = []
  const emit = () => {
    told = true
  }
  const onEnvVar = (name: string) => {
    envNames.push(name)
  }
  const { target, adapter, settings } = await loadProfile(options)
  const scopes = loadScopes({ ...options, emit }, settings, target, adapter, onEnvVar)
  const loaded = { settings, target, adapter, scopes, cache: undefined, onEnvVar }
  const parsing = prepare({ ...options, emit }, loaded)
  const models = modelsOf(scopes)
  return {
    digest: digestOf(scopes, target, models),
    count: models.length,
    render: (index) => {
      const model = models[index]
      if (!model?.file.originalPath.endsWith('.sql')) return null
      told = false
      envNames = []
      try {
        const render = renderModelApart(parsing, model.scope, model.file)
        return told || !isJsonData(render) ? null : { content: contentOf(model.file), render, envNames }
      } catch {
        return null
      }
    },
  }
}
