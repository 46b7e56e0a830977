// Memory that one kept transaction of about 4 KB takes: the memory store filled in a process of its own, heap compared after
// garbage collection.
import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'

const program = (/** @type {number} */ count) => `
import { createMemoryStore } from './src/store/memory-store.ts'
import { systemClock } from './src/clock.ts'
import { randomIds } from './src/ids.ts'
const aReq = {
  messageType: 'AReq', messageVersion: '2.2.0', deviceChannel: '02', messageCategory: '01', acctNumber: '4111111111111111',
  merchantName: 'Harbor Books', notificationURL: 'https://shop.test/3ds/return', padding: 'x'.repeat(2200)
}
const store = createMemoryStore({ ttlSeconds: 1800, maxTransactions: 1e6, maxBytes: 4e9, clock: systemClock })
async function insert () {
  const threeDSServerTransID = randomIds.uuid()
  await store.insert({
    threeDSServerTransID, acsTransID: randomIds.uuid(), dsTransID: randomIds.uuid(), spelling: 'emv', preferences: {},
    createdAt: 0, aReq: { ...aReq, threeDSServerTransID }
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
