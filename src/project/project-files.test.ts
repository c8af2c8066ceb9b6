import { createHash } from 'node:crypto'
import { symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { load, withProject } from '../../tests/support/load-fixture.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** What Python's str.strip() leaves, said the other way: every character that it takes. */
const SPACES = [...Array(0x3001).keys()]
  .map((code) => String.fromCharCode(code))
  .filter((character) => /[\s\x85]/.test(character) || (character >= '\u001c' && character <= '\u001f'))

test('the text of a file is without the white space at its ends, its place and checksum those of dbt', async () => {
  const cases: Readonly<Record<string, { written: string; code: string }>> = {
    plain: { written: 'select 1', code: 'select 1' },
    empty: { written: '', code: '' },
    blank: { written: ' \n\t ', code: '' },
    spaced: { written: `${SPACES.join('')}select 2 as a ${SPACES.join('')}`, code: 'select 2 as a' },
    kept: { written: '\u200bselect 3\u200b\n', code: '\u200bselect 3\u200b' },
    marked: { written: '\ufeff\n select 4\n', code: 'select 4' },
    nbsp: { written: '\u00a0\n\nselect 5', code: 'select 5' },
  }
  const files = Object.fromEntries(
    Object.entries(cases).map(([name, { written }]) => [`models/${name}.sql`, written] as const),
  )
  await withProject(files, async (folder) => {
    const { manifest, locations } = await load(folder)
    const found = (name: string) => {
      const { raw_code: code, checksum } = manifest.nodes[`model.shop.${name}`] ?? { raw_code: null, checksum: null }
      return { code, checksum: checksum?.checksum }
    }
    for (const [name, { code, written }] of Object.entries(cases)) {
      // A byte order mark stays in what is hashed, and keeps the white space behind it.
      const hashed = written.startsWith('\ufeff') ? '\ufeff\n select 4' : code
      expect([name, found(name)]).toEqual([name, { code, checksum: sha256(hashed) }])
    }
    const lines = Object.fromEntries(
      ['plain', 'marked', 'nbsp'].map((name) => [name, locations[`model.shop.${name}`]?.line]),
    )
    expect(lines).toEqual({ plain: 1, marked: 2, nbsp: 3 })
  })
})

test('files are found by their extension in any case, links too, in the order of their names', async () => {
  const text = 'select 1'
  const files = {
    'project.yaml': 'name: shop\nmodel-paths: [models/, "./more"]\n',
    'models/b.SQL': text,
    'models/a.sql': text,
    'models/B.sql': text,
    'models/a/z.sql': text,
    'models/.hidden.sql': text,
    'models/#draft.sql': text,
    'models/~x.sql': text,
    'models/notes.txt': text,
    'models/sql': text,
    'models/dotted.name.sql': text,
    'more/c.sql': text,
  }
  await withProject(files, async (folder) => {
    symlinkSync(`${folder}/models/a.sql`, `${folder}/models/linked.sql`)
    symlinkSync(`${folder}/nowhere.sql`, `${folder}/models/broken.sql`)
    const names = async () => Object.values((await load(folder)).manifest.nodes).map((node) => node.original_file_path)
    const all = [
      'models/B.sql',
      'models/a/z.sql',
      'models/a.sql',
      'models/b.SQL',
      'models/dotted.name.sql',
      'models/linked.sql',
      './more/c.sql',
    ]
    expect(await names()).toEqual(all)
    writeFileSync(`${folder}/.dbtignore`, 'b.SQL\nmodels/a/\n')
    expect(await names()).toEqual(all.filter((path) => path !== 'models/b.SQL' && path !== 'models/a/z.sql'))
    unlinkSync(`${folder}/models/linked.sql`)
  })
})
