// npm run bench: every figure as a ratio to bare Fastify in the same run. `--short` takes a tenth of the time, for CI.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { aReqRequests, authenticateRequests, finalRequest, resultsRequest } from './bodies.js'
import { measureCardRanges } from './card-ranges.js'
import { appFlow, browserFlow, measureFlow } from './flows.js'
import { measureKept } from './kept.js'
import { median, runLoad } from './load.js'
import { startBare, startMock, startRedis, timeToFirstAnswer } from './servers.js'

const short = process.argv.includes('--short')
const ROUNDS = short ? 1 : 5
const SECONDS = short ? 1 : 3
const CONNECTIONS = 32
/** Requests before anything is measured: compiled code is compared, not how fast it compiles. */
const WARM_UP_REQUESTS = short ? 10_000 : 30_000

/** @typedef {{ what: string, value: number, unit: string, target: string, met: boolean, note?: string }} Figure */
/** @type {Figure[]} */
const figures = []

/**
 * @param {string} what
 * @param {number} value
 * @param {string} unit
 * @param {'>=' | '<='} comparison
 * @param {number} target
 * @param {string} [note]
 */
function figure (what, value, unit, comparison, target, note) {
  const met = comparison === '>=' ? value >= target : value <= target
  figures.push({ what, value, unit, target: `${comparison} ${target}`, met, ...(note === undefined ? {} : { note }) })
  console.log(`${met ? 'met   ' : 'MISSED'}  ${what.padEnd(46)} ${value.toFixed(2)} ${unit} (${comparison} ${target})${note === undefined ? '' : `  ${note}`}`)
}

/** @param {number} port @param {(index: number) => Buffer} request @param {boolean} awake */
const load = (port, request, awake) => runLoad({ port, connections: CONNECTIONS, seconds: SECONDS, request, awake })

/**
 * Transactions to work on: their ids as the server answered.
 * @param {number} port @param {number} count
 */
async function prepare (port, count) {
  /** @type {{ threeDSServerTransID: string, acsTransID: string, dsTransID: string }[]} */
  const transactions = []
  await runLoad({
    port,
    connections: CONNECTIONS,
    seconds: 120,
    limit: count,
    request: authenticateRequests('challenge'),
    onAnswer: (_status, body) => {
      const { threeDSServerTransID, acsTransID, dsTransID } = JSON.parse(body.toString()).authenticationResponse
      transactions.push({ threeDSServerTransID, acsTransID, dsTransID })
    }
  })
  return transactions
}

/**
 * Ratio of requests per second, rounds alternating with the base.
 * @param {number} basePort @param {number} port @param {(index: number) => Buffer} request
 * @param {boolean} [awake] as in `runLoad`, for both
 */
async function ratio (basePort, port, request, awake = true) {
  const base = authenticateRequests('frictionless')
  /** @type {number[]} */ const ratios = []
  /** @type {number[]} */ const tails = []
  let statuses = ''
  await runLoad({ port, connections: CONNECTIONS, seconds: 60, limit: WARM_UP_REQUESTS, request })
  for (let round = 0; round < ROUNDS; round++) {
    const of = await load(basePort, base, awake)
    const ours = await load(port, request, awake)
    ratios.push(ours.perSecond / of.perSecond)
    tails.push(ours.p99 / of.p99)
    statuses = Object.entries(ours.statuses).map(([status, count]) => `${status}: ${count}`).join(', ')
  }
  return { ratio: median(ratios), p99: median(tails), statuses }
}

/** @param {number} basePort @param {string} store @param {Record<string, string>} env @param {Record<string, number>} targets */
async function measureStore (basePort, store, env, targets) {
  const awake = store === 'memory'
  for (const kind of /** @type {const} */ (['frictionless', 'challenge'])) {
    // Nobody goes on with these challenges: their ends, each a result that is reported, would fall into the measured time.
    const server = await startMock({ ...env, MEMORY_MAX_TRANSACTIONS: '10000', FIRST_CREQ_TIMEOUT_SECONDS: '600' })
    const measured = await ratio(basePort, server.port, authenticateRequests(kind), awake)
    figure(`authenticate ${kind}, ${store}`, measured.ratio, '× base', '>=', /** @type {number} */ (targets[kind]), measured.statuses)
    if (kind === 'frictionless' && store === 'memory') figure('p99 of the same', measured.p99, '× base', '<=', 2.5)
    await server.stop()
  }
  const server = await startMock(env)
  const transactions = await prepare(server.port, short ? 1000 : 5000)
  const pick = (/** @type {number} */ index) => /** @type {typeof transactions[0]} */ (transactions[index % transactions.length])
  const results = await ratio(basePort, server.port, (index) => resultsRequest(pick(index)), awake)
  figure(`results, ${store}`, results.ratio, '× base', '>=', /** @type {number} */ (targets['results']), results.statuses)
  const final = await ratio(basePort, server.port, (index) => finalRequest(pick(index)), awake)
  figure(`final, ${store}`, final.ratio, '× base', '>=', /** @type {number} */ (targets['results']), final.statuses)
  await server.stop()
}

/** An AReq of 2.2.0 as a 3DS Server sends it, judged element by element. @param {number} basePort */
async function measureDirectoryServer (basePort) {
  const server = await startMock({ MEMORY_MAX_TRANSACTIONS: '10000' })
  const measured = await ratio(basePort, server.port, aReqRequests())
  figure('AReq at /ds, memory', measured.ratio, '× base', '>=', 0.35, measured.statuses)
  await server.stop()
}

/** @param {number} basePort */
async function measureApp (basePort) {
  for (const [alg, target] of /** @type {const} */ ([['ES256', 0.22], ['PS256', 0.13]])) {
    const server = await startMock({ ACS_SIGNING_ALG: alg, MEMORY_MAX_TRANSACTIONS: '10000' })
    await prepareApp(server.port)
    const measured = await ratio(basePort, server.port, authenticateRequests('app'))
    figure(`authenticate app challenge, ${alg}`, measured.ratio, '× base', '>=', target, measured.statuses)
    await server.stop()
  }
}

/** The key is made before anything is measured. @param {number} port */
const prepareApp = (port) => runLoad({ port, connections: 1, seconds: 10, limit: 3, request: authenticateRequests('app') })

/** Challenges from the first request to the last. */
async function measureFlows () {
  for (const [what, flow, target] of /** @type {const} */ ([['browser flow', browserFlow, 0.4], ['app flow, ES256', appFlow, 0.2]])) {
    const { ratio, perSecond, requests } = await measureFlow(flow, { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, warmUp: WARM_UP_REQUESTS / 3 })
    figure(`whole ${what}, memory`, ratio, '× base', '>=', target, `${perSecond.toFixed(0)} flows a second of ${requests} requests`)
  }
}

async function measurePRes () {
  const { ratio, growth, megabytes, milliseconds } = await measureCardRanges(short ? 3 : 15)
  figure('PRes of 100k ranges, time', ratio, '× base', '<=', 5, `${milliseconds.toFixed(0)} ms for ${megabytes.toFixed(0)} MB`)
  figure('memory that it takes at its peak', growth, 'MB', '<=', 8)
}

/** The same work, replacing a transaction, among few and among many. */
async function measureFlatness () {
  const many = short ? 20_000 : 100_000
  const server = await startMock({ MEMORY_MAX_TRANSACTIONS: '200000', MEMORY_MAX_BYTES: '2000000000' })
  const ids = Array.from({ length: many }, () => randomUUID())
  const among = (/** @type {number} */ count, /** @type {number} */ limit) => runLoad({
    port: server.port, connections: CONNECTIONS, seconds: 120, limit, request: authenticateRequests('frictionless', (index) => ids[index % count] ?? '')
  })
  await among(1000, WARM_UP_REQUESTS)
  const few = await among(1000, short ? 5000 : 20_000)
  await among(many, many)
  const crowded = await among(many, short ? 5000 : 20_000)
  figure(`time per request, 1k against ${many / 1000}k kept, memory`, few.perSecond / crowded.perSecond, '×', '<=', 1.3)
  await server.stop()
}

/** @param {string} answer */
async function measureStart (answer) {
  /** @type {number[]} */ const ours = []
  /** @type {number[]} */ const base = []
  for (let round = 0; round < (short ? 3 : 15); round++) {
    base.push(await timeToFirstAnswer([process.execPath, 'bench/bare-fastify.js'], { BENCH_ANSWER: answer }))
    ours.push(await timeToFirstAnswer([process.execPath, 'dist/server.js'], {}))
  }
  figure('spawn to first 200', median(ours) / median(base), '× base', '<=', 1.4, `${median(ours).toFixed(0)} ms against ${median(base).toFixed(0)} ms`)
}

/** @param {{ rss: () => number }} base */
async function measureIdle (base) {
  const server = await startMock()
  await fetch(`http://127.0.0.1:${server.port}/health`)
  figure('idle RSS', server.rss() / base.rss(), '× base', '<=', 1.4, `${server.rss().toFixed(0)} MB against ${base.rss().toFixed(0)} MB`)
  await server.stop()
}

/** @param {string} folder @returns {number} bytes */
function sizeOf (folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name)
    return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size)
  }, 0)
}

function measureInstall () {
  const folder = mkdtempSync(join(tmpdir(), '3ds-mock-install-'))
  const npm = (/** @type {string[]} */ ...args) => spawnSync('npm', args, { cwd: process.cwd(), encoding: 'utf8' })
  const packed = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder).stdout)
  const list = Array.isArray(packed) ? packed : Object.values(packed)
  npm('install', '--prefix', folder, '--offline', '--ignore-scripts', '--omit=dev', join(folder, list[0].filename))
  figure('production install', sizeOf(join(folder, 'node_modules')) / 1e6, 'MB', '<=', 30)
  rmSync(folder, { recursive: true, force: true })
}

const probe = await startMock()
let answer = '{}'
await runLoad({
  port: probe.port,
  connections: 1,
  seconds: 10,
  limit: 1,
  request: authenticateRequests('frictionless'),
  onAnswer: (_status, body) => { answer = body.toString() }
})
await probe.stop()
console.log(`Node ${process.version}, ${cpus().length} cores, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s; answer of ${answer.length} bytes`)

const base = await startBare(answer)
await measureIdle(base)
await runLoad({ port: base.port, connections: CONNECTIONS, seconds: 60, limit: WARM_UP_REQUESTS, request: authenticateRequests('frictionless') })
await measureStart(answer)
await measureStore(base.port, 'memory', {}, { frictionless: 0.45, challenge: 0.40, results: 0.6 })
const redis = await startRedis()
if (redis === undefined) console.log('no redis-server: its figures are left out')
else {
  await measureStore(base.port, 'Redis', { USE_REDIS: 'true', REDIS_URL: redis.url }, { frictionless: 0.35, challenge: 0.35, results: 0.45 })
  await redis.stop()
}
await measureDirectoryServer(base.port)
await measureApp(base.port)
await measureFlows()
await measurePRes()
await measureFlatness()
figure('memory per kept transaction', await measureKept(short ? 5000 : 50_000), 'KB', '<=', 6)
measureInstall()
await base.stop()
console.log(`${figures.filter(({ met }) => met).length} of ${figures.length} targets met`)
