import { type MacroNode, type SourceLocation, TdbtError } from '../core/index.ts'
import { compileTemplate, extractBlocks, type Template } from '../jinja/index.ts'
import type { Draft, ManifestBuilder } from './manifest-builder.ts'

/** A file of macros, of a project or of the built-in packages. */
export interface MacroFile {
  readonly packageName: string
  /** From the package's root. */
  readonly originalPath: string
  /** For messages. */
  readonly displayPath: string
  readonly text: string
  readonly firstLine: number
  readonly fullText: string
}

const MACRO_KINDS = ['macro', 'materialization', 'test', 'data_test']

/**
 * Adds the macros, tests and materializations of a file. Syntax errors (T2001) are kept in the builder with their place. `kinds`
 * narrows to generic tests for files under tests/generic; `withArguments` (dbt's validate_macro_args) notes the parameters.
 */
export function parseMacroFile(
  builder: ManifestBuilder,
  file: MacroFile,
  createdAt: number,
  options: { readonly kinds?: readonly string[]; readonly withArguments?: boolean } = {},
): void {
  builder.attempt(
    () => {
      const blocks = extractBlocks(file.text, { file: file.displayPath, kinds: options.kinds ?? MACRO_KINDS })
      for (const block of blocks) {
        const line = file.firstLine + block.line - 1
        const location: SourceLocation = { file: file.displayPath, line, column: 1 }
        const place = { location: () => location, source: file.fullText }
        builder.attempt(
          () => {
            const template: Template = compileTemplate(block.fullBlock, { file: file.displayPath, firstLine: line })
            const definition = template.macros[0]
            if (!definition)
              throw new TdbtError('T2001', `The ${block.kind} '${block.name}' defines nothing`, { location })
            const macro: Draft<MacroNode> = {
              name: definition.name,
              resource_type: 'macro',
              package_name: file.packageName,
              path: file.originalPath,
              original_file_path: file.originalPath,
              unique_id: `macro.${file.packageName}.${definition.name}`,
              macro_sql: block.fullBlock,
              depends_on: { macros: [] },
              description: '',
              meta: {},
              docs: { show: true, node_color: null },
              config: { meta: {}, docs: { show: true, node_color: null } },
              patch_path: null,
              arguments:
                options.withArguments === true && definition.kind !== 'materialization'
                  ? definition.parameters.map(({ name }) => ({ name, type: null, description: '' }))
                  : [],
              created_at: createdAt,
              supported_languages:
                definition.kind === 'materialization' ? (definition.supportedLanguages ?? ['sql']) : null,
            }
            builder.setPlace(macro, place)
            if (builder.claim(builder.macros, macro)) builder.templates.set(macro.unique_id, template)
          },
          placeHolder(builder, place),
        )
      }
    },
    placeHolder(builder, { location: () => ({ file: file.displayPath, line: 1, column: 1 }), source: file.fullText }),
  )
}

// An object to hang a place on while there is no macro yet.
function placeHolder(builder: ManifestBuilder, place: { location: () => SourceLocation; source: string }): object {
  const holder = {}
  builder.setPlace(holder, place)
  return holder
}
