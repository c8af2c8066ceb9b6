/** What says where a node's texts go. */
export interface PathedNode {
  readonly path: string
  readonly original_file_path: string
  readonly package_name: string
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * Path of a node's text below target/compiled/<package> or target/run/<package>: that of its file, below which the nodes of a file with several go.
 * A batch of a microbatch model has a file of its own in a folder named after the model.
 */
export function textPath(node: PathedNode, batchLabel: string | null = null): string {
  const path =
    baseName(node.path) === baseName(node.original_file_path)
      ? node.original_file_path
      : `${node.original_file_path}/${node.path}`
  if (batchLabel === null) return path
  const slash = path.lastIndexOf('/')
  const file = path.slice(slash + 1)
  const dot = file.lastIndexOf('.')
  const [stem, suffix] = dot > 0 ? [file.slice(0, dot), file.slice(dot)] : [file, '']
  return `${path.slice(0, slash + 1)}${stem}/${stem}_${batchLabel}${suffix}`
}
