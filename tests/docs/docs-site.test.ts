import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveDocs, writeDocsSite } from '../../src/docs/index.ts'
import { HOSTILE, sampleProject } from './sample-project.ts'

/** The page in a real browser, opened from the disk. What it says in the console and asks of the network is a failure. */
const EXECUTABLE = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path))
/** Needs a Chromium; CHROMIUM names another one. */
const browserTest = test.skipIf(EXECUTABLE === undefined)
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Browser | undefined
let folder = ''
let small = ''
let large = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tdbt-docs-'))
  small = await writeDocsSite(join(folder, 'small'), sampleProject(24))
  large = await writeDocsSite(join(folder, 'large'), sampleProject(2000))
  if (EXECUTABLE !== undefined) {
    browser = await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS })
  }
})
afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Opened {
  readonly page: Page
  readonly complaints: string[]
  readonly requests: string[]
}

async function open(file: string, hash = ''): Promise<Opened> {
  if (browser === undefined) throw new Error('no browser')
  const page = await browser.newPage({ viewport: { width: 1300, height: 850 } })
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(pathToFileURL(file).href + hash)
  return { page, complaints, requests }
}

/** Nothing was said, and nothing asked for but the page itself (its icon is a data: URL). */
function expectQuiet({ complaints, requests }: Opened): void {
  expect(complaints).toEqual([])
  expect(requests.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).protocol)).toEqual(['file:'])
}

const textOf = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').trim()
const heading = (page: Page): Promise<string> => textOf(page.locator('main h1').first())

browserTest('the overview counts the project and names the failing test', async () => {
  const opened = await open(small)
  const { page } = opened
  await expect.poll(() => heading(page)).toBe('shop')
  await expect.poll(() => textOf(page.locator('.stat', { hasText: 'Models' }))).toContain('25')
  expect(await textOf(page.locator('.attention'))).toContain('Got 3 results')
  await page.locator('.stat', { hasText: 'Models' }).click()
  await expect.poll(() => heading(page)).toBe('Models')
  expectQuiet(opened)
  await page.close()
})

browserTest('a click on a box opens its page, and lineage leads up and down', async () => {
  const opened = await open(small, '#/lineage')
  const { page } = opened
  const box = page.locator('.node[data-node^="model.shop.slv_"]').first()
  const id = (await box.getAttribute('data-node')) ?? ''
  await box.click()
  await expect.poll(() => heading(page)).toBe(id.split('.')[2])

  const parent = page
    .locator('.section', { has: page.locator('h2', { hasText: 'Depends on' }) })
    .locator('a.ref')
    .first()
  const parentName = await textOf(parent)
  await parent.click()
  await expect.poll(() => heading(page)).toBe(parentName)
  const child = page
    .locator('.section', { has: page.locator('h2', { hasText: 'Referenced by' }) })
    .locator('a.ref', { hasText: id.split('.')[2] ?? '' })
  await child.click()
  await expect.poll(() => heading(page)).toBe(id.split('.')[2])

  await page.locator('.section-link', { hasText: 'Open in full' }).click()
  const whole = await page.locator('.node').count()
  expect(await page.locator('.node.focused').getAttribute('data-node')).toBe(id)
  await page.getByLabel('Upstream: fewer').click()
  for (let step = 0; step < 3; step++) await page.getByLabel('Upstream: fewer').click()
  await page.getByLabel('Downstream: fewer').click()
  for (let step = 0; step < 3; step++) await page.getByLabel('Downstream: fewer').click()
  expect(await page.locator('.node').count()).toBe(1)
  expect(whole).toBeGreaterThan(1)
  expectQuiet(opened)
  await page.close()
})

browserTest('hovering lights up what is upstream and downstream; the legend hides a layer', async () => {
  const opened = await open(small, '#/lineage')
  const { page } = opened
  const all = await page.locator('.node').count()
  await page.locator('.node[data-node="model.shop.hostile"]').hover()
  const lit = await page.locator('.node.lit').count()
  expect(lit).toBeGreaterThan(2)
  expect(lit).toBeLessThan(all)
  await page.locator('[data-key=show-silver]').click()
  expect(await page.locator('.node[data-node^="model.shop.slv_"]').count()).toBe(0)
  expect(await page.locator('.edge.indirect').count()).toBeGreaterThan(0)
  await page.locator('[data-key=show-silver]').click()
  expect(await page.locator('.node').count()).toBe(all)
  expectQuiet(opened)
  await page.close()
})

browserTest('the graph can be walked with the keyboard alone', async () => {
  const opened = await open(small, '#/lineage')
  const { page } = opened
  const focused = (): Promise<string | null> =>
    page.evaluate("document.activeElement?.getAttribute('data-node') ?? null")
  await page.locator('.node[data-node="model.shop.hostile"]').focus()
  await page.keyboard.press('ArrowLeft')
  const parent = await focused()
  expect(parent).toMatch(/^model\.shop\.gld_/)
  await page.keyboard.press('ArrowRight')
  expect(await focused()).not.toBe(parent)
  await page.keyboard.press('f')
  await expect.poll(() => page.locator('.node.focused').count()).toBe(1)
  await page.keyboard.press('/')
  await page.keyboard.type('hostile')
  await page.keyboard.press('Enter')
  await expect.poll(() => heading(page)).toBe('hostile')
  expectQuiet(opened)
  await page.close()
})

browserTest('what authors write stays text: no element, no script, no link that runs', async () => {
  const opened = await open(small, '#/node/model.shop.hostile')
  const { page } = opened
  expect(await textOf(page.locator('main .prose').first())).toContain('<img src=x onerror="window.hacked=1">')
  expect(await textOf(page.locator('.columns'))).toContain('<script>window.hacked=2</script>')
  for (const hash of ['#/', '#/lineage', '#/tests', '#/macros', '#/list/model', '#/node/%3Cimg%20src%3Dx%3E']) {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    await page.locator('main > *').first().waitFor()
    expect(await page.locator('img, iframe, object').count()).toBe(0)
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
  }
  expect(await page.evaluate("'hacked' in window")).toBe(false)
  expectQuiet(opened)
  await page.close()
})

browserTest('the data cannot leave its script element, and the policy allows no request', async () => {
  const html = await readFile(small, 'utf8')
  expect(html).toContain("default-src 'none'")
  expect(html).not.toContain(HOSTILE)
  expect(html.match(/<script/g)).toHaveLength(2)
  const { page } = await open(small)
  const blocked = await page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")
  expect(blocked).toBe('refused')
  await page.close()
})

browserTest('compiled SQL is a tab beside the source, and both are highlighted', async () => {
  const opened = await open(small, '#/lineage')
  const { page } = opened
  await page.locator('.node[data-node^="model.shop.gld_"]').first().click()
  const code = page.locator('.code-body')
  expect(await textOf(code)).toContain("{{ ref('")
  expect(await code.locator('.tok-jinja').count()).toBeGreaterThan(0)
  await page.getByRole('tab', { name: 'Compiled' }).click()
  expect(await textOf(code)).toContain('from "db"."x"')
  expect(await code.locator('.tok-keyword').count()).toBeGreaterThan(2)
  expectQuiet(opened)
  await page.close()
})

browserTest('the theme follows the system until the reader chooses', async () => {
  const { page } = await open(small)
  const theme = (): Promise<string | undefined> => page.evaluate('document.documentElement.dataset.theme')
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(theme).toBe('dark')
  await page.getByLabel('Light theme').click()
  expect(await theme()).toBe('light')
  await page.close()
})

browserTest('2,000 models are drawn and can be opened', async () => {
  const opened = await open(large, '#/lineage')
  const { page } = opened
  await expect.poll(() => page.locator('.node').count()).toBeGreaterThan(2000)
  await page.getByLabel('Focus on a resource').fill('hostile')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.node.focused').getAttribute('data-node')).toBe('model.shop.hostile')
  expectQuiet(opened)
  await page.close()
})

test('docs serve gives the page on 127.0.0.1, and nothing else of the folder', async () => {
  const server = await serveDocs(join(folder, 'small'), 0)
  try {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const index = await fetch(server.url)
    expect(index.headers.get('content-type')).toContain('text/html')
    expect(await index.text()).toContain('site-data')
    for (const path of ['compiled/x.sql', '..%2f..%2fetc/passwd', 'partial_parse.json', 'manifest.json']) {
      expect((await fetch(server.url + path)).status).toBe(404)
    }
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405)
    await expect(serveDocs(join(folder, 'small'), Number(new URL(server.url).port))).rejects.toMatchObject({
      code: 'T0002',
    })
    await expect(serveDocs(join(folder, 'nothing'), 0)).rejects.toMatchObject({ code: 'T0002' })
  } finally {
    await server.close()
  }
})
