// The declarations of the public API: what index.ts shows, and nothing that only our own sources need.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dist, root } from './bundle.js'

const folder = join(dist, 'types')
// `from './config.ts'`, `import './config.ts'` and `import('./config.ts')`
const specifiers = /(\bfrom |\bimport |\bimport\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g

/**
 * @param {string} file a declaration
 * @param {Map<string, string>} found receives it and what it imports, by path
 */
function collect (file, found) {
  if (found.has(file)) return
  const text = readFileSync(file, 'utf8')
  // What is published next to `.d.ts` files is JavaScript.
  found.set(file, text.replace(specifiers, '$1$2$3.js$2'))
  for (const [, , , path] of text.matchAll(specifiers)) collect(join(dirname(file), `${path}.d.ts`), found)
}

/** Writes `dist/types/`. Throws when the sources do not type-check. */
export function writeTypes () {
  rmSync(folder, { recursive: true, force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the types did not build')
  /** @type {Map<string, string>} */
  const found = new Map()
  collect(join(folder, 'index.d.ts'), found)
  rmSync(folder, { recursive: true })
  for (const [file, text] of found) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
