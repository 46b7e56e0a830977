// Hostile messages over real sockets, in ten laps over all doors: no 5xx, no request without an answer, every Erro one by the
// catalogue, memory the same after the tenth lap as after the first. A message is made of the seed and its number alone, so that
// any of them can be sent again. Transactions to aim at are opened anew for every thousand.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { exchange, toBytes } from './exchange.ts'
import { faultOf, kindOf } from './hostile-answers.ts'
import type { DsKey } from '../test/setup/parties/sdk-crypto.ts'
import { deviceData, type FuzzRequest, hostileRequests, openTargets, type Route, routes, type Target } from './hostile-bodies.js'
import { startMock } from './servers.js'

const HELP = `npm run fuzz -- [arguments]
  --messages N   how many messages (1000000)
  --minutes N    when to end at the latest, after the lap so far (30)
  --seed N       another run with the same seed sends the same messages (random)
  --door PATH    to one of the doors only: ${routes.join(', ')}
  --replay N     sends message N of the seed again, alone; N-M: all of them from N to M, as they were sent
`
const { values: args } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    door: { type: 'string' },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false }
  }
})
const SEED = Number(args.seed)
const MESSAGES = Number(args.messages)
const LAPS = 10
const CONNECTIONS = 16
/** Messages sent at transactions opened for them, and how many those are. */
const BATCH = 1000
const OPEN = 40
/** So many different failures are enough to look at. */
const MOST_FAILURES = 30
/** Has the server collect its garbage when told to, by a signal that means nothing else to it. */
const COLLECTING = '--expose-gc --import=data:text/javascript,process.on(%22SIGWINCH%22,()=>gc())'
const IDLE_MS = 3000
/**
 * Memory at rest after the last lap against memory at rest after the first, and from how many messages on that tells anything.
 * What the server holds must stay as it was; what the process has of the machine swings with how its allocator happened to fill
 * pages, and levels off.
 */
const MOST_GROWTH = { used: 1.25, rss: 2 }
const LONG_RUN = 500_000
const SETTINGS = { ACS_SIGNING_ALG: 'ES256', OTP_MAX_ATTEMPTS: '99', MEMORY_MAX_TRANSACTIONS: '1000', OUTBOUND_ALLOW: '127.0.0.0/8', SEED: 'fuzz', NODE_OPTIONS: COLLECTING }

const OFTEN: readonly Route[] = ['/ds', '/ds', '/acs', '/acs', '/acs/app', '/acs/challenge', '/3ds/results']
const DOORS: readonly Route[] = args.door === undefined ? [...routes, ...OFTEN] : routes.filter((route) => route === args.door)
/** Emptied and filled again for each batch; the arbitraries read it each time. */
const open: Target[] = []
const requestsAt = new Map(routes.map((route) => [route, hostileRequests(route, open)]))

interface Failure { number: number, route: Route, fault: string, times: number, request: FuzzRequest, answer: string }
const failures = new Map<string, Failure>()
const counts = new Map<Route, Record<string, number>>()

const routeOf = (number: number) => DOORS[number % DOORS.length] as Route

/** Message `number` of the seed. */
function requestOf (number: number): FuzzRequest {
  const seed = Math.imul(SEED ^ Math.imul(number + 1, 0x9e3779b1), 0x85ebca6b)
  const [request] = fc.sample(requestsAt.get(routeOf(number)) as fc.Arbitrary<FuzzRequest>, { numRuns: 1, seed })
  return request as FuzzRequest
}

function note (number: number, request: FuzzRequest, fault: string, answer: string): void {
  const route = routeOf(number)
  const key = `${route} ${fault}`
  const known = failures.get(key)
  if (known !== undefined) {
    known.times++
    return
  }
  failures.set(key, { number, route, fault, times: 1, request, answer: answer.slice(0, 1500) })
  console.log(`FAILED message ${number}, ${route}: ${fault}`)
}

/** Sends messages one after the other and waits for each answer, on a new connection whenever the server has closed one. */
async function work (port: number, next: () => number | undefined): Promise<void> {
  let socket: Socket | undefined
  for (let number = next(); number !== undefined && failures.size < MOST_FAILURES; number = next()) {
    if (socket === undefined || socket.destroyed || !socket.writable) socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {})
    const request = requestOf(number)
    const route = routeOf(number)
    try {
      const { answer, close } = await exchange(socket, request)
      const kinds = counts.get(route) ?? {}
      counts.set(route, kinds)
      kinds[kindOf(answer)] = (kinds[kindOf(answer)] ?? 0) + 1
      const fault = faultOf(answer, route, request, false)
      if (fault !== undefined) note(number, request, fault, JSON.stringify(answer))
      if (args.replay !== undefined && !args.replay.includes('-')) console.log(`${describe(request)}\n${JSON.stringify(answer)}`)
      // Behind a request that asked for another protocol Node answers nothing that is no HTTP.
      if (close || request.headers?.['upgrade'] !== undefined) socket.destroy()
    } catch (error) {
      note(number, request, (error as Error).message, '')
      socket.destroy()
    }
  }
  socket?.destroy()
}

/** Messages from a number up to another, with transactions of their own. */
async function batch (port: number, from: number, to: number): Promise<void> {
  open.splice(0, open.length, ...await openTargets((path, body) => postJson(port, path, body), OPEN, sdkEncData))
  let number = from
  await Promise.all(Array.from({ length: CONNECTIONS }, () => work(port, () => number < to ? number++ : undefined)))
}

async function postJson (port: number, path: string, body: object): Promise<any> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

function describe ({ body, ...request }: FuzzRequest): string {
  const head = toBytes({ ...request, body: Buffer.alloc(0), headers: { ...request.headers, 'content-length': String(body.length) } }).toString('latin1')
  return `${head}${body.length > 3000 ? `(${body.length} bytes, which begin so) ` : ''}${body.toString('latin1', 0, 3000)}`
}

/** Says what failed, and how it is sent again. @returns whether anything did */
function report (): boolean {
  for (const { number, route, fault, times, request, answer } of failures.values()) {
    const door = args.door === undefined ? '' : ` --door ${args.door}`
    const first = number - number % BATCH
    console.log(`\nFAILED ${route}: ${fault} (${times} times, first message ${number})
  npm run fuzz -- --seed ${SEED}${door} --replay ${number}
  npm run fuzz -- --seed ${SEED}${door} --replay ${first}-${number}   (with those before it)
${describe(request)}\n=> ${answer}`)
  }
  return failures.size > 0
}

const server = await startMock(SETTINGS)
const { keys } = await fetch(`http://127.0.0.1:${server.port}/ds/keys`).then((response) => response.json()) as { keys: DsKey[] }
const sdkEncData = await deviceData(keys)
const isAlive = () => {
  try {
    return process.kill(server.pid, 0)
  } catch {
    return false
  }
}

/** Memory in MB: what lives, and what the process takes. */
async function atRest (): Promise<{ used: number, rss: number }> {
  for (let round = 0; round < 3; round++) {
    process.kill(server.pid, 'SIGWINCH')
    await sleep(IDLE_MS)
  }
  const response = await fetch(`http://127.0.0.1:${server.port}/health/detailed`)
  const { memory } = await response.json() as { memory: { heapUsed: number, external: number } }
  return { used: (memory.heapUsed + memory.external) / 1e6, rss: server.rss() }
}

/** @returns what there is against the run as a whole */
async function run (): Promise<string | undefined> {
  const start = performance.now()
  const latest = start + Number(args.minutes) * 60_000
  let [sent, seconds] = [0, 0]
  let first: { used: number, rss: number } | undefined
  console.log(`${MESSAGES} messages to ${new Set(DOORS).size} doors in ${LAPS} laps, seed ${SEED}`)
  for (let lap = 1; lap <= LAPS; lap++) {
    const begun = performance.now()
    for (const end = Math.round(MESSAGES * lap / LAPS); sent < end && performance.now() < latest && failures.size < MOST_FAILURES; sent = Math.min(end, sent + BATCH)) {
      await batch(server.port, sent, Math.min(end, sent + BATCH)).catch((error: Error) => { if (isAlive()) throw error })
      if (!isAlive()) return `the server ended among the messages ${sent}-${sent + BATCH}`
    }
    seconds += (performance.now() - begun) / 1000
    console.log(`lap ${lap}: ${sent} messages, ${(sent / seconds).toFixed(0)} a second, RSS ${server.rss().toFixed(0)} MB, ${failures.size} failures`)
    first ??= await atRest()
  }
  for (const [route, kinds] of counts) console.log(`${route.padEnd(44)} ${Object.entries(kinds).sort(([a], [b]) => a < b ? -1 : 1).map(([kind, count]) => `${kind}: ${count}`).join(', ')}`)
  const last = await atRest()
  const growth = { used: last.used / (first as typeof last).used, rss: last.rss / (first as typeof last).rss }
  console.log(`at rest ${last.used.toFixed(1)} MB in use, ${growth.used.toFixed(2)} × as after the first lap (<= ${MOST_GROWTH.used}); RSS ${last.rss.toFixed(0)} MB, ${growth.rss.toFixed(2)} × (<= ${MOST_GROWTH.rss})`)
  if (sent < MESSAGES && failures.size < MOST_FAILURES) console.log(`ended after ${args.minutes} minutes`)
  const isGrowing = growth.used > MOST_GROWTH.used || growth.rss > MOST_GROWTH.rss
  if (sent < LONG_RUN) console.log('too short a run to tell about memory')
  return sent >= LONG_RUN && isGrowing ? 'memory keeps growing' : undefined
}

async function replay (numbers: string): Promise<string | undefined> {
  const [from = 0, to = from] = numbers.split('-').map(Number)
  for (let at = from; at <= to; at = at - at % BATCH + BATCH) await batch(server.port, at, Math.min(to + 1, at - at % BATCH + BATCH))
  return isAlive() ? undefined : 'the server ended'
}

if (args.help || DOORS.length === 0) console.log(HELP)
else {
  const fault = await (args.replay === undefined ? run() : replay(args.replay))
  if (fault !== undefined) console.log(`\nFAILED: ${fault}`)
  if (report() || fault !== undefined) process.exitCode = 1
  else console.log('no 5xx, no hang, every Erro sound')
}
if (isAlive()) await server.stop()
