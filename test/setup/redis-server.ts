import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Test } from 'tap'

/** For `t.test(name, { skip: redisIsLeftOut }, …)`: the reason for leaving out a Redis test, or `false` to run it. */
export const redisIsLeftOut: string | false = process.env['TEST_WITHOUT_REDIS'] === '1' &&
  'LEFT OUT because TEST_WITHOUT_REDIS=1: what this says of a real Redis was not tested'

export interface RedisServerOptions {
  /** Keeps what it holds on disk, so that a restart finds it again. */
  appendonly?: boolean
  /** Asked of every client. */
  password?: string
}

/** A real redis-server of one test's own. */
export interface RedisServer {
  /** Password included, when there is one. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Ends the process at once, as a crash would. */
  kill (): Promise<void>
  /** Ends the process, if it runs, and starts it again on the same port. */
  restart (): Promise<void>
  /** Stops the process without ending it: connections stay open, nothing answers. */
  freeze (): void
  thaw (): void
  /** Ends the process and removes its files. The test's end does it too. */
  stop (): Promise<void>
}

interface Running { process: ChildProcessByStdio<Writable, Readable, null>, pid: number, ended: Promise<unknown> }

// Keeps the server until its own input ends, which it does however the test process dies, and ends with it.
const KEEPER = 'exec 3<&0 2>&1; "$@" & server=$!; echo "pid $server"; (cat <&3 >/dev/null; kill -KILL $server) & wait $server'

/** Starts a private redis-server on a free port, without persistence unless asked for, and waits until it is ready. */
export async function startRedisServer (t: Test, options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'redis-'))
  let { port, running } = await startSomewhere(dir, options)

  async function kill (): Promise<void> {
    // Its keeper kills it, dead or alive, and ends when it has ended.
    running.process.stdin.end()
    await running.ended
  }
  async function stop (): Promise<void> {
    await kill()
    rmSync(dir, { recursive: true, force: true })
  }
  t.teardown(stop)

  return {
    url: `redis://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}`,
    port,
    get pid () { return running.pid },
    kill,
    async restart () {
      await kill()
      running = await start(dir, port, options)
    },
    freeze () { process.kill(running.pid, 'SIGSTOP') },
    thaw () { process.kill(running.pid, 'SIGCONT') },
    stop
  }
}

/** Tries ports below those that systems hand out for outgoing connections, so that a restart finds its own still free. */
async function startSomewhere (dir: string, options: RedisServerOptions): Promise<{ port: number, running: Running }> {
  for (let attempt = 1; ; attempt++) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    try {
      return { port, running: await start(dir, port, options) }
    } catch (error) {
      if (attempt === 10 || !String(error).includes('in use')) throw error
    }
  }
}

async function start (dir: string, port: number, { appendonly = false, password }: RedisServerOptions): Promise<Running> {
  const server = process.env['TEST_REDIS_SERVER'] || 'redis-server'
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', appendonly ? 'yes' : 'no']
  if (password !== undefined) settings.push('--requirepass', password)
  const child = spawn('sh', ['-c', KEEPER, 'sh', server, ...settings], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(child, 'exit').then(() => child.stdin.end())
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (line.includes('Ready to accept connections')) break
  }
  child.stdout.resume()
  const pid = Number(lines.find((line) => line.startsWith('pid '))?.slice(4))
  if (!lines.at(-1)?.includes('Ready')) {
    child.stdin.end()
    throw new Error(`${server} did not start:\n${lines.join('\n')}`)
  }
  return { process: child, pid, ended }
}
