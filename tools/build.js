// npm run build: the bundle and the types into dist/. With --no-types the bundle only, with --if-stale not when it is fresh.
import { basename } from 'node:path'
import { build } from 'esbuild'
import { notices, options, writeBundle } from './bundle.js'
import { alone, isStale } from './stale.js'
import { writeTypes } from './types.js'

const KIB = 1024

/**
 * @param {import('esbuild').Metafile['outputs']} outputs
 * @returns {Set<string>} what the process door loads before it listens: its own imports, and all that those need at once
 */
function loadedAtStart (outputs) {
  const entry = Object.keys(outputs).find((path) => basename(path) === 'server.js') ?? ''
  const loaded = new Set([entry])
  const waiting = outputs[entry]?.imports ?? []
  for (const { path, external } of waiting) {
    if (external || loaded.has(path)) continue
    loaded.add(path)
    waiting.push(...outputs[path]?.imports.filter(({ kind }) => kind === 'import-statement') ?? [])
  }
  return loaded
}

/** @param {import('esbuild').Metafile} metafile */
function printSizes ({ outputs }) {
  const first = loadedAtStart(outputs)
  for (const [path, { bytes, inputs }] of Object.entries(outputs).toSorted(([, a], [, b]) => b.bytes - a.bytes)) {
    const largest = Object.entries(inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)[0]?.[0] ?? ''
    console.log(`${(bytes / KIB).toFixed(1).padStart(8)} KiB  ${first.has(path) ? 'start' : 'later'}  ${basename(path).padEnd(32)} ${largest}`)
  }
}

try {
  await alone(async () => {
    // Asked again inside the lock: another process may just have built.
    if (process.argv.includes('--if-stale') && !isStale()) return
    const begun = new Date()
    const result = await build(options)
    await writeBundle(result, begun)
    printSizes(result.metafile)
    if (!process.argv.includes('--no-types')) writeTypes()
    console.log(`built, licences in dist/${basename(notices)}`)
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
