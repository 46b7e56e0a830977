import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino'
import { describeError, holdsSecretText, isSecretMember, memberWithoutSecrets, withoutSecrets } from '../src/masking.ts'

export interface LogOptions {
  /** pino's name of the level. */
  level: string
  /** For people rather than for programs. */
  pretty: boolean
  /** Where lines go instead of standard output. */
  destination?: DestinationStream
}

// Serialized by name, so the general masking leaves them alone.
const serialized = new Set(['req', 'res', 'err', 'error'])

/**
 * The logger of the server. No line carries a card number, code, key or credential: members with such names are masked at
 * any depth, so is what looks like a card number anywhere in a line, and errors are reduced to what says where and why.
 * Lines are written in batches, at the latest after a fifth of a second and when the process ends.
 */
export async function createLogger ({ level, pretty, destination }: LogOptions): Promise<FastifyBaseLogger> {
  const withStack = level === 'debug' || level === 'trace'
  const asError = (error: unknown): unknown => error instanceof Error ? describeError(error, withStack) : withoutSecrets(error)
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: createTimestamp(),
    serializers: { req: asRequest, res: asReply, err: asError, error: asError },
    formatters: {
      level: (label) => ({ level: label }),
      bindings: maskMembers,
      log: maskMembers
    },
    hooks: { streamWrite: maskLine }
  }
  return pino(options, pretty ? await openPretty(destination) : destination ?? openStandardOutput())
}

/**
 * Waits until every line so far is written.
 * @param logger one of `createLogger`, or a child of one
 */
export function flushLogger (logger: FastifyBaseLogger): Promise<void> {
  return new Promise((resolve) => { (logger as Logger).flush(() => { resolve() }) })
}

// An ISO time, of which only the milliseconds are written anew within a second: writing all of it is a fifth of a line's cost.
function createTimestamp (): () => string {
  let second = 0
  let begin = ''
  return () => {
    const now = Date.now()
    const milliseconds = now % 1000
    if (now - milliseconds !== second) {
      second = now - milliseconds
      begin = `,"time":"${new Date(second).toISOString().slice(0, 20)}`
    }
    return `${begin}${String(milliseconds).padStart(3, '0')}Z"`
  }
}

function openStandardOutput (): DestinationStream {
  return pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 200 })
}

async function openPretty (destination: DestinationStream | undefined): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    ...(destination === undefined ? { destination: 1, sync: true } : { destination: destination as NodeJS.WritableStream, colorize: false })
  })
}

function maskMembers (members: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const member in members) {
    const content = members[member]
    // Texts are looked at with the line, all at once: one by one they were a quarter of what a line costs.
    const isLeft = serialized.has(member) || (typeof content === 'string' && !isSecretMember(member))
    shown[member] = isLeft ? content : memberWithoutSecrets(member, content)
  }
  return shown
}

// The last look at a line, messages and bindings included; it nearly always finds nothing.
function maskLine (line: string): string {
  return holdsSecretText(line) ? `${JSON.stringify(withoutSecrets(JSON.parse(line)))}\n` : line
}

function asRequest (request: FastifyRequest): unknown {
  return { method: request.method, path: request.url.split('?', 1)[0] }
}

function asReply (reply: FastifyReply): unknown {
  return { status: reply.statusCode }
}
