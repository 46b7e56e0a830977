import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import t, { type Test } from 'tap'

const script = fileURLToPath(new URL('prepare.js', import.meta.url))

// A stand-in for apt-get that "installs" into the folder it stands in, and writes down what it was asked.
const aptGet = `#!/bin/sh
here=$(/usr/bin/dirname "$0")
echo "apt-get $*" >> "$here/asked"
case "$*" in *redis-server*) printf '' > "$here/redis-server"; /bin/chmod +x "$here/redis-server";; esac
case "$*" in *chromium*) printf '' > "$here/chromium"; /bin/chmod +x "$here/chromium";; esac
`
const sudo = '#!/bin/sh\nshift\nexec "$@"\n'
const systemctl = '#!/bin/sh\necho "systemctl $*" >> "$(/usr/bin/dirname "$0")/asked"\n'
const refusingSudo = '#!/bin/sh\nexit 1\n'

/** Runs the script on a machine that has these programs and no others. */
function prepare (t: Test, programs: Record<string, string>, env: Record<string, string> = {}) {
  const path = t.testdir({ env: '#!/bin/sh\nexec /usr/bin/env "$@"\n', ...programs })
  for (const name of ['env', ...Object.keys(programs)]) spawnSync('/bin/chmod', ['+x', join(path, name)])
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { env: { ...env, PATH: path }, encoding: 'utf8' })
  let asked = ''
  try {
    asked = readFileSync(join(path, 'asked'), 'utf8')
  } catch {}
  return { status, stdout, stderr, asked }
}

t.test('says nothing when everything is there', async (t) => {
  t.strictSame(prepare(t, { 'redis-server': '', 'google-chrome': '' }), { status: 0, stdout: '', stderr: '', asked: '' })
  t.strictSame(prepare(t, {}, { TEST_REDIS_SERVER: process.execPath, TEST_CHROMIUM: process.execPath }), { status: 0, stdout: '', stderr: '', asked: '' })
})

t.test('installs what is missing where apt-get may be used, says so, and leaves no service running', async (t) => {
  const update = 'apt-get update\n'
  const install = 'apt-get install --yes --no-install-recommends'
  const one = prepare(t, { 'apt-get': aptGet, sudo, systemctl, chromium: '' })
  t.match(one, { status: 0, stderr: '', asked: `${update}${install} redis-server\nsystemctl disable --now redis-server\n` })
  t.match(one.stdout, 'The tests need redis-server: installing with apt-get (redis-server)')
  t.match(prepare(t, { 'apt-get': aptGet, sudo }), { status: 0, stderr: '', asked: `${update}${install} redis-server chromium\n` })
})

t.test('fails with the line that helps where it may not install, or could not', async (t) => {
  const redis = 'The tests need redis-server: `brew install redis`, `apt-get install redis-server`, TEST_REDIS_SERVER=/path/to/it, or leave its tests out with TEST_WITHOUT_REDIS=1\n'
  const browser = 'The tests need Chromium: `brew install --cask chromium`, `apt-get install chromium`, TEST_CHROMIUM=/path/to/it, or leave its tests out with TEST_WITHOUT_BROWSER=1\n'
  t.strictSame(prepare(t, { sudo }), { status: 1, stdout: '', stderr: redis + browser, asked: '' })
  t.match(prepare(t, { 'apt-get': '#!/bin/sh\nexit 100\n', sudo, chromium: '' }), { status: 1, stderr: redis })
  t.match(prepare(t, { 'apt-get': aptGet, sudo }, { TEST_REDIS_SERVER: '/nowhere/redis', TEST_WITHOUT_BROWSER: '1' }),
    { status: 1, stderr: 'TEST_REDIS_SERVER=/nowhere/redis cannot be executed: it must be the path of a redis-server\n', asked: '' })
})

t.test('asks no password', { skip: process.getuid?.() === 0 && 'root needs no sudo' }, async (t) => {
  t.match(prepare(t, { 'apt-get': aptGet, sudo: refusingSudo, chromium: '' }), { status: 1, asked: '' })
  t.match(prepare(t, { 'apt-get': aptGet, chromium: '' }), { status: 1, asked: '' })
})

t.test('leaves tests out only when told to, loudly and with their count', async (t) => {
  const { status, stdout, stderr } = prepare(t, { chromium: '' }, { TEST_WITHOUT_REDIS: '1' })
  t.strictSame([status, stderr], [0, ''])
  t.match(stdout, /^TEST_WITHOUT_REDIS=1: tests that need redis-server are LEFT OUT, in \d+ files:\n {2}test\//m)
  t.match(stdout, '  test/src/store/redis-store.test.ts\n')
  t.notMatch(stdout, 'memory-store.test.ts')
  t.equal(Number(/in (\d+) files/.exec(stdout)?.[1]), stdout.match(/^ {2}test\//gm)?.length)
  t.match(prepare(t, {}, { TEST_WITHOUT_REDIS: 'yes', TEST_WITHOUT_BROWSER: '1' }), { status: 1 }, 'nothing but 1 will do')
  t.match(prepare(t, {}, { TEST_WITHOUT_REDIS: '1', TEST_WITHOUT_BROWSER: '1' }), { status: 0, stdout: /TEST_WITHOUT_BROWSER=1: tests that need Chromium are LEFT OUT/ })
})
