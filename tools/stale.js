// Is `dist/` older than what it is built from? And the lock that lets one build run at a time.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dist, notices, root } from './bundle.js'

const SOURCES = ['server.ts', 'app.ts', 'index.ts', 'src', 'plugins', 'routes', 'tools/bundle.js', 'package.json', 'package-lock.json']
const LOCK = join(dist, '.lock')
const POLL_MS = 100

/**
 * @param {string} path
 * @returns {number} when the file or anything in the folder last changed, in ms since 1970; 0 if it does not exist
 */
function lastChange (path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isDirectory()) return stats?.mtimeMs ?? 0
  // A folder's own time tells of files removed from it.
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => lastChange(join(path, name))))
}

/** @returns {boolean} whether there is no build, or one from before the last change */
export function isStale () {
  const built = lastChange(notices)
  return SOURCES.some((source) => lastChange(join(root, source)) >= built)
}

function isLockHeld () {
  try {
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0)
    return true
  } catch {
    return false
  }
}

/**
 * Runs a build alone: waits while another process builds, takes the lock over from one that has died.
 * @param {() => Promise<void>} build
 */
export async function alone (build) {
  mkdirSync(dist, { recursive: true })
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
      if (isLockHeld()) await sleep(POLL_MS)
      else rmSync(LOCK, { force: true })
    }
  }
  try {
    await build()
  } finally {
    rmSync(LOCK, { force: true })
  }
}
