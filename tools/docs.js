// npm run docs: writes what is generated from the sources. With --check nothing is written, and a difference is an error.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { options, root } from './bundle.js'

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

/** @type {typeof import('../src/config/describe.ts')} */
const { envExample, settingsTable } = await importSource('src/config/describe.ts')
/** @type {typeof import('../src/scenario/describe.ts')} */
const { cardsTable } = await importSource('src/scenario/describe.ts')
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
    await writeFile(path, text)
    console.log(`${name}: written`)
  }
}

await generate('.env.example', envExample)
await generate('README.md', (old) => {
  const withSettings = between(old, 'settings', settingsTable())
  return withSettings === undefined ? undefined : between(withSettings, 'cards', cardsTable())
})
process.exitCode = drifted ? 1 : 0
