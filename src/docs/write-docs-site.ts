import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeText } from '../artifacts/index.ts'
import { TdbtError } from '../core/index.ts'
import { buildSiteData, type DocsInput } from './build-site-data.ts'
import { type SiteAssets, siteHtml } from './site-html.ts'

/**
 * Writes target/index.html: the whole documentation in one file that opens from the disk and asks the network for nothing.
 * Gives its path. Throws T7002 when it cannot be written, T0001 when the page's bundled code is missing.
 */
export async function writeDocsSite(targetDir: string, input: DocsInput): Promise<string> {
  const path = join(targetDir, 'index.html')
  await writeText(path, siteHtml(buildSiteData(input), await readAssets()))
  return path
}

/** The bundled code lies in dist/: beside this file once it is bundled, two folders up and over from the source. */
async function readAssets(): Promise<SiteAssets> {
  const here = dirname(fileURLToPath(import.meta.url))
  const folder = [here, join(here, '..'), join(here, '..', '..', 'dist')].find((candidate) =>
    existsSync(join(candidate, 'docs-site.js')),
  )
  if (folder === undefined) {
    throw new TdbtError('T0001', 'The code of the documentation page is missing', {
      expected: 'dist/docs-site.js',
      hint: 'Run `npm run build`.',
    })
  }
  const [script, style] = await Promise.all([
    readFile(join(folder, 'docs-site.js'), 'utf8'),
    readFile(join(folder, 'docs-site.css'), 'utf8'),
  ])
  return { script, style }
}
