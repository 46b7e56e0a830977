// Memory that one kept transaction of about 4 KB takes: the memory store filled in a process of its own, heap compared after
// garbage collection.
import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'
import { FULL } from './bodies.js'

// As from a caller: parsed anew each time, and no text twice, since V8 keeps equal short ones once.
const program = (/** @type {number} */ count) => `
import { createMemoryStore } from './src/store/memory-store.ts'
import { toAuthenticateCall } from './src/dialects/three-ds-server-api/authenticate-request.ts'
import { systemClock } from './src/clock.ts'
import { randomIds } from './src/ids.ts'
const body = ${JSON.stringify(JSON.stringify(FULL))}
let texts = 0
const unlike = (name, value) => typeof value === 'string' && value.length > 3 ? value + (texts++).toString(36) : value
const store = createMemoryStore({ ttlSeconds: 1800, maxTransactions: 1e6, maxBytes: 4e9, clock: systemClock })
async function insert () {
  const threeDSServerTransID = randomIds.uuid()
  const request = JSON.parse(JSON.stringify({ ...JSON.parse(body, unlike), threeDSServerTransID }))
  const { aReq, preferences } = toAuthenticateCall(request)
  await store.insert({
    threeDSServerTransID, acsTransID: randomIds.uuid(), dsTransID: randomIds.uuid(), spelling: 'emv', preferences, createdAt: 0, aReq
  })
}
for (let i = 0; i < 1000; i++) await insert()
gc(); const before = process.memoryUsage()
for (let i = 0; i < ${count}; i++) await insert()
gc(); const after = process.memoryUsage()
console.log((after.heapUsed + after.external - before.heapUsed - before.external) / ${count} / 1000)
await store.close()
`

/**
 * @param {number} count how many to keep
 * @returns {Promise<number>} KB each
 */
export async function measureKept (count) {
  const { outputFiles } = await build({
    stdin: { contents: program(count), resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' }
  })
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-'], {
    input: outputFiles[0]?.text ?? '', encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' }
  })
  if (stderr !== '') throw new Error(stderr)
  return Number(stdout)
}
