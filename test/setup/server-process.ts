import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { isStale } from '../../tools/stale.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const serverPath = fileURLToPath(new URL('../../dist/server.js', import.meta.url))

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A running command, whose output is kept. */
export interface Running {
  child: ChildProcess
  output: { stdout: string, stderr: string }
  /** Resolves when the process has ended and its output is read to the end. */
  ended: Promise<Ended>
}

/** A server that listens. */
export interface ServerProcess extends Running {
  /** Where it listens, without a slash at the end. */
  url: string
  /** What it has logged so far: one object for each line of JSON. */
  logged: () => { level: string, msg: string }[]
  /** Sends the signal and waits for the end. */
  stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

/**
 * Runs a command in an environment with nothing but PATH, HOME and what is given: neither our own settings nor tap's
 * loaders reach it. What still runs when the test ends is killed.
 * @param cwd the repository unless given
 */
export function run (t: Test, command: string, argv: readonly string[], env: Record<string, string> = {}, cwd = root): Running {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, argv, { cwd, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => { output[name] += text })
  t.teardown(() => killGroup(child, 'SIGKILL'))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
  return { child, output, ended }
}

/** Signals a command with all that it started itself, as a terminal does: npm keeps a shell between itself and the server. */
function killGroup ({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(pid as number), signal)
  } catch { /* it has ended already */ }
}

/** Builds `dist/` if it is missing or stale; test files that run at the same time wait for each other. */
export async function ensureBuilt (t: Test): Promise<void> {
  if (!isStale()) return
  const { code, stderr } = await run(t, process.execPath, ['tools/build.js', '--no-types', '--if-stale']).ended
  if (code !== 0) throw new Error(`the build failed:\n${stderr}`)
}

/** Runs the built server until it ends by itself. */
export async function runServer (t: Test, argv: string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  await ensureBuilt(t)
  return run(t, process.execPath, [serverPath, ...argv], env).ended
}

/**
 * Starts the built server on a free port and waits until it listens.
 * @param env settings; `PORT` is 0 unless given
 */
export async function startServer (t: Test, env: Record<string, string> = {}): Promise<ServerProcess> {
  await ensureBuilt(t)
  return untilListening(run(t, process.execPath, [serverPath], { PORT: '0', ...env }))
}

/** Waits for the line that says where the server listens. */
export async function untilListening (running: Running): Promise<ServerProcess> {
  const { child, output, ended } = running
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /listening on (https?:\/\/[^\s"]+)/.exec(output.stdout)
      if (found !== null) resolve(found[1] as string)
    })
    ended.then(({ code, stderr }) => reject(new Error(`the server ended with code ${code} before it listened:\n${stderr}`)), reject)
  })
  return {
    ...running,
    url,
    logged: () => output.stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line)),
    stop: (signal = 'SIGTERM') => {
      killGroup(child, signal)
      return ended
    }
  }
}
