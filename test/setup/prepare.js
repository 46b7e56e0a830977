// Before the tests: a real redis-server and a real Chromium. What is missing is installed where that is allowed.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Need
 * @property {string} what
 * @property {string[]} names executables, any of which will do
 * @property {string} path variable that names one instead
 * @property {string} without variable that leaves its tests out
 * @property {string} marker what a test file imports to be left out
 * @property {string} apt Debian package
 * @property {string} brew arguments of `brew install`
 */

/** @type {Need[]} */
const needs = [
  {
    what: 'redis-server',
    names: ['redis-server'],
    path: 'TEST_REDIS_SERVER',
    without: 'TEST_WITHOUT_REDIS',
    marker: 'redisIsLeftOut',
    apt: 'redis-server',
    brew: 'redis'
  },
  {
    what: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    path: 'TEST_CHROMIUM',
    without: 'TEST_WITHOUT_BROWSER',
    marker: 'browserIsLeftOut',
    apt: 'chromium',
    brew: '--cask chromium'
  }
]

const isLeftOut = (/** @type {Need} */ { without }) => process.env[without] === '1'

/** @param {string} file */
function isExecutable (file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @param {string[]} names */
function isOnPath (names) {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return names.some((name) => folders.some((folder) => isExecutable(join(folder, name))))
}

/** @param {Need} need */
function isMissing ({ path, names }) {
  const given = process.env[path]
  return given ? !isExecutable(given) : !isOnPath(names)
}

/** @param {Need} need */
function announce ({ what, without, marker }) {
  const tests = fileURLToPath(new URL('..', import.meta.url))
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && readFileSync(join(tests, file), 'utf8').includes(marker))
    .sort()
  const line = '!'.repeat(80)
  console.log(`${line}\n${without}=1: tests that need ${what} are LEFT OUT, in ${files.length} files:`)
  console.log(`${files.map((file) => `  test/${file}`).join('\n')}\n${line}`)
}

/**
 * @returns {string[] | undefined} how to run a command as root without being asked for a password
 */
function asRoot () {
  if (process.getuid?.() === 0) return []
  const isAllowed = isOnPath(['sudo']) && spawnSync('sudo', ['-n', 'true']).status === 0
  return isAllowed ? ['sudo', '-n'] : undefined
}

/**
 * @param {string[]} root
 * @param {Need[]} missing
 */
function install (root, missing) {
  const run = (/** @type {string[]} */ ...command) => {
    const [name, ...args] = [...root, ...command]
    spawnSync(/** @type {string} */ (name), args, { stdio: ['ignore', 'inherit', 'inherit'] })
  }
  const packages = missing.map(({ apt }) => apt)
  console.log(`The tests need ${missing.map(({ what }) => what).join(' and ')}: installing with apt-get (${packages.join(' ')})`)
  run('apt-get', 'update')
  run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '--yes', '--no-install-recommends', ...packages)
  // The package may have started a server for the whole machine. The tests start their own.
  if (packages.includes('redis-server') && isOnPath(['systemctl'])) run('systemctl', 'disable', '--now', 'redis-server')
}

/** @param {Need} need */
function advice ({ what, path, without, apt, brew }) {
  const given = process.env[path]
  if (given) return `${path}=${given} cannot be executed: it must be the path of a ${what}`
  return `The tests need ${what}: \`brew install ${brew}\`, \`apt-get install ${apt}\`, ${path}=/path/to/it, or leave its tests out with ${without}=1`
}

needs.filter(isLeftOut).forEach(announce)
const wanted = needs.filter((need) => !isLeftOut(need))
const installable = wanted.filter((need) => isMissing(need) && !process.env[need.path])
if (installable.length > 0 && isOnPath(['apt-get'])) {
  const root = asRoot()
  if (root !== undefined) install(root, installable)
}
for (const need of wanted.filter(isMissing)) {
  console.error(advice(need))
  process.exitCode = 1
}
