import { type MacroHead, type MacroNode, type SourceLocation, TdbtError } from '../core/index.ts'
import { compileTemplate, extractBlocks, type Template } from '../jinja/index.ts'
import { macroCalls } from './macro-dependencies.ts'
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
  /** What the file holds, where it is known without parsing. */
  readonly macros?: readonly MacroHead[] | undefined
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
  const withArguments = options.withArguments === true
  if (file.macros) {
    for (const head of file.macros) addMacro(builder, file, head, { createdAt, withArguments })
    return
  }
  builder.attempt(
    () => {
      for (const block of extractBlocks(file.text, { file: file.displayPath, kinds: options.kinds ?? MACRO_KINDS })) {
        const line = file.firstLine + block.line - 1
        const location: SourceLocation = { file: file.displayPath, line, column: 1 }
        builder.attempt(
          () => {
            const template = compileTemplate(block.fullBlock, { file: file.displayPath, firstLine: line })
            const head = headOf(block, template)
            if (!head) throw new TdbtError('T2001', `The ${block.kind} '${block.name}' defines nothing`, { location })
            addMacro(builder, file, head, { createdAt, withArguments, template })
          },
          placeHolder(builder, { location: () => location, source: file.fullText }),
        )
      }
    },
    placeHolder(builder, { location: () => ({ file: file.displayPath, line: 1, column: 1 }), source: file.fullText }),
  )
}

/** What a file of macros holds, for an index made ahead of time. Throws T2001. */
export function readMacroHeads(text: string, file: string): readonly MacroHead[] {
  return extractBlocks(text, { file, kinds: MACRO_KINDS }).map((block) => {
    const head = headOf(block, compileTemplate(block.fullBlock, { file, firstLine: block.line }))
    if (!head) throw new TdbtError('T2001', `The ${block.kind} '${block.name}' of ${file} defines nothing`)
    return head
  })
}

function headOf(
  block: { readonly fullBlock: string; readonly start: number; readonly line: number },
  template: Template,
): MacroHead | undefined {
  const definition = template.macros[0]
  if (!definition) return undefined
  return {
    name: definition.name,
    kind: definition.kind,
    start: block.start,
    end: block.start + block.fullBlock.length,
    line: block.line,
    parameters: definition.parameters.map((parameter) => parameter.name),
    supportedLanguages: definition.supportedLanguages,
    calls: macroCalls(template),
  }
}

function addMacro(
  builder: ManifestBuilder,
  file: MacroFile,
  head: MacroHead,
  options: { readonly createdAt: number; readonly withArguments: boolean; readonly template?: Template },
): void {
  const { createdAt, withArguments, template } = options
  const macro: Draft<MacroNode> = {
    name: head.name,
    resource_type: 'macro',
    package_name: file.packageName,
    path: file.originalPath,
    original_file_path: file.originalPath,
    unique_id: `macro.${file.packageName}.${head.name}`,
    macro_sql: file.text.slice(head.start, head.end),
    depends_on: { macros: [] },
    description: head.description ?? '',
    meta: {},
    docs: { show: true, node_color: null },
    config: { meta: {}, docs: { show: true, node_color: null } },
    patch_path: null,
    arguments:
      withArguments && head.kind !== 'materialization'
        ? head.parameters.map((name) => ({ name, type: null, description: '' }))
        : [],
    created_at: createdAt,
    supported_languages: head.kind === 'materialization' ? (head.supportedLanguages ?? ['sql']) : null,
  }
  const line = file.firstLine + head.line - 1
  builder.setPlace(macro, { location: () => ({ file: file.displayPath, line, column: 1 }), source: file.fullText })
  if (!builder.claim(builder.macros, macro)) return
  builder.macroCalls.set(macro.unique_id, head.calls)
  if (template) builder.templates.set(macro.unique_id, template)
}

// An object to hang a place on while there is no macro yet.
function placeHolder(builder: ManifestBuilder, place: { location: () => SourceLocation; source: string }): object {
  const holder = {}
  builder.setPlace(holder, place)
  return holder
}
