import type { DocNode } from '../core/index.ts'
import { compileTemplate, extractBlocks } from '../jinja/index.ts'
import type { ManifestBuilder } from './manifest-builder.ts'
import { hasJinja } from './native-render.ts'
import type { SourceFile } from './project-files.ts'

const NO_NAMES = new Map<string, never>()

/** Adds the docs blocks of a Markdown file. */
export function parseDocFile(builder: ManifestBuilder, packageName: string, file: SourceFile): void {
  if (!file.text.includes('docs')) return
  const whole = { location: () => ({ file: file.displayPath, line: 1, column: 1 }), source: file.fullText }
  builder.setPlace(file, whole)
  builder.attempt(() => {
    for (const block of extractBlocks(file.text, { file: file.displayPath, kinds: ['docs'] })) {
      const line = file.firstLine + block.line - 1
      const contents = hasJinja(block.contents)
        ? compileTemplate(block.contents, { file: file.displayPath, firstLine: line }).render(NO_NAMES)
        : block.contents
      const doc: DocNode = {
        name: block.name,
        resource_type: 'doc',
        package_name: packageName,
        path: file.relativePath,
        original_file_path: file.originalPath,
        unique_id: `doc.${packageName}.${block.name}`,
        block_contents: contents.trim(),
      }
      builder.setPlace(doc, { location: () => ({ file: file.displayPath, line, column: 1 }), source: file.fullText })
      builder.claim<DocNode>(builder.docs, doc)
    }
  }, file)
}
