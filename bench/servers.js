// Starts and ends the servers that are measured, each pinned to the first core where the machine can do that.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PINNED = spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** @returns {Promise<number>} */
export function freePort () {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => { resolve(port) })
    })
  })
}

/**
 * @param {string[]} command
 * @param {Record<string, string>} env
 * @param {string} ready what its output says when it is ready
 */
export async function startServer (command, env, ready) {
  const [file, ...args] = PINNED ? ['taskset', '-c', '0', ...command] : command
  const child = spawn(/** @type {string} */ (file), args, {
    env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'inherit']
  })
  await new Promise((resolve, reject) => {
    let output = ''
    child.once('exit', (code) => { reject(new Error(`${command.join(' ')} ended with ${code}`)) })
    child.stdout.on('data', (chunk) => {
      if (output.length < 10_000) output += chunk
      if (output.includes(ready)) resolve(undefined)
    })
  })
  return {
    pid: /** @type {number} */ (child.pid),
    /** Resident memory in MB. */
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () => new Promise((resolve) => {
      child.removeAllListeners('exit')
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })
  }
}

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/** @param {Record<string, string>} [env] */
export async function startMock (env = {}) {
  const port = await freePort()
  const server = await startServer([process.execPath, 'dist/server.js'], { PORT: String(port), LOG_PRETTY: 'false', ...env }, 'listening on')
  return { port, ...server }
}

/** @param {string} answer JSON that it answers @param {Record<string, string>} [env] what else it answers */
export async function startBare (answer, env = {}) {
  const port = await freePort()
  const server = await startServer([process.execPath, 'bench/bare-fastify.js'], { PORT: String(port), BENCH_ANSWER: answer, ...env }, 'listening')
  return { port, ...server }
}

/** @returns {Promise<{ url: string, stop: () => Promise<unknown> } | undefined>} nothing where there is no redis-server */
export async function startRedis () {
  const file = process.env['TEST_REDIS_SERVER'] ?? 'redis-server'
  if (spawnSync(file, ['--version']).status !== 0) return undefined
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), '3ds-mock-bench-'))
  const child = spawn(file, ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => {
    child.stdout.on('data', (chunk) => { if (String(chunk).includes('Ready to accept connections')) resolve(undefined) })
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => {
      child.once('exit', () => { rmSync(folder, { recursive: true, force: true }); resolve(undefined) })
      child.kill('SIGTERM')
    })
  }
}

/**
 * From spawning to the first 200, milliseconds.
 * @param {string[]} command
 * @param {Record<string, string>} env
 */
export async function timeToFirstAnswer (command, env) {
  const port = await freePort()
  const start = performance.now()
  const child = spawn(/** @type {string} */ (command[0]), command.slice(1), {
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...env }, stdio: 'ignore'
  })
  for (;;) {
    const answered = await fetch(`http://127.0.0.1:${port}/health`).then((response) => response.ok, () => false)
    if (answered) break
    if (performance.now() - start > 20_000) throw new Error('no answer within 20 s')
  }
  const elapsed = performance.now() - start
  await new Promise((resolve) => { child.once('exit', resolve); child.kill('SIGKILL') })
  return elapsed
}
