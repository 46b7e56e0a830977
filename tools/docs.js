// npm run docs: writes what is generated from the sources. With --check nothing is written, and a difference is an error.
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { options, root } from './bundle.js'
import { challengePage } from './docs/challenge-page.js'
import { conformancePage } from './docs/conformance-page.js'
import { elementNames } from './docs/element-names.js'
import { elementPages } from './docs/element-pages.js'
import { metricsPage } from './docs/metrics-page.js'

/**
 * @param {string} file a TypeScript module of the sources
 * @returns {Promise<any>} its exports
 */
async function importSource (file) {
  const { outputFiles } = await build({ ...options, entryPoints: [file], splitting: false, banner: {}, write: false })
  return import(`data:text/javascript;base64,${Buffer.from(/** @type {any} */ (outputFiles)[0].contents).toString('base64')}`)
}

/**
 * @param {string} text
 * @param {string} name of the markers `<!-- name:begin -->` and `<!-- name:end -->`
 * @param {string} content what is to stand between them
 * @returns {string | undefined} undefined when the text has no such markers
 */
function between (text, name, content) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  return from < 0 || to < from ? undefined : `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}

const read = (/** @type {string} */ name) => readFileSync(join(root, name), 'utf8')

/** @type {import('../src/protocol/catalogue/element.ts').Element[]} */
const elements = JSON.parse(read('src/protocol/catalogue/elements.json'))
const isCheck = process.argv.includes('--check')
let drifted = false

/**
 * @param {string} name
 * @param {(old: string) => string | undefined} generate undefined when there is no place for it
 */
async function generate (name, generate) {
  const path = join(root, name)
  const old = await readFile(path, 'utf8').catch(() => '')
  const text = generate(old)
  if (text === undefined) console.log(`${name}: no place for a table, nothing generated`)
  else if (text === old) console.log(`${name}: as generated`)
  else if (isCheck) {
    console.error(`${name}: not as generated, run npm run docs`)
    drifted = true
  } else {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    console.log(`${name}: written`)
  }
}

// Before the sources are imported, which import it.
await generate('src/protocol/catalogue/names.ts', () => elementNames(elements))
/** @type {typeof import('../src/config/describe.ts')} */
const { envExample, settingsTable } = await importSource('src/config/describe.ts')
/** @type {typeof import('../src/config/settings.ts')} */
const { settings } = await importSource('src/config/settings.ts')
/** @type {typeof import('../src/scenario/describe.ts')} */
const { cardsTable } = await importSource('src/scenario/describe.ts')
/** @type {typeof import('../src/metrics/catalogue.ts')} */
const { METRICS } = await importSource('src/metrics/catalogue.ts')
/** @type {typeof import('../src/acs/challenge/table.ts')} */
const { CHALLENGE_TABLE } = await importSource('src/acs/challenge/table.ts')
/** @type {typeof import('../src/protocol/error-codes.ts')} */
const { describeErrorCode } = await importSource('src/protocol/error-codes.ts')

await generate('.env.example', envExample)
await generate('README.md', (old) => {
  const withSettings = between(old, 'settings', settingsTable())
  return withSettings === undefined ? undefined : between(withSettings, 'cards', cardsTable())
})
await generate('docs/challenge.md', () => challengePage(CHALLENGE_TABLE, settings))
await generate('docs/conformance.md', () => conformancePage(elements, describeErrorCode, read))
await generate('docs/metrics.md', () => metricsPage(Object.values(METRICS)))
const pages = elementPages(elements)
for (const [name, text] of Object.entries(pages)) await generate(name, () => text)
for (const name of (await readdir(join(root, 'docs/elements'))).map((name) => `docs/elements/${name}`)) {
  if (name in pages) continue
  if (isCheck) {
    console.error(`${name}: no longer generated, run npm run docs`)
    drifted = true
  } else {
    await rm(join(root, name))
    console.log(`${name}: removed`)
  }
}
process.exitCode = drifted ? 1 : 0
