import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { version } from '../src/config/version.ts'
import { startAcs } from './setup/parties/acs.ts'
import { evaluate } from './setup/parties/evaluate.ts'
import { REFERENCE } from './setup/parties/messages.ts'
import { redisIsLeftOut, startRedisServer } from './setup/redis-server.ts'
import { ensureBuilt, root, run, startServer, untilListening } from './setup/server-process.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const commands = [...readme.matchAll(/```(sh|js)\n([\s\S]*?)```/g)].map(([, language, text]) => ({ language, text: text as string }))

/** The one fenced command that holds a text; its absence is a failure of the README. */
function commandWith (text: string): string {
  const found = commands.filter((command) => command.text.includes(text))
  if (found.length !== 1) throw new Error(`${found.length} commands of README.md hold ${text}`)
  return (found[0] as { text: string }).text
}

async function shell (t: Test, script: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(t, 'sh', ['-euc', script], env).ended
  t.equal(code, 0, stderr)
  return stdout
}

t.test('every fenced command of README.md is run by a test here or by .ci/run', async (t) => {
  t.strictSame(commands.map(({ text }) => text.split('\n')[0]), [
    'npm ci && npm start',
    'curl -s http://127.0.0.1:8080/3ds/authenticate -H \'content-type: application/json\' -d \'{',
    'npm ci && npm test',
    'sh examples/challenge.sh',
    'curl -s http://127.0.0.1:8080/3ds/version -H \'content-type: application/json\' -d \'{',
    'curl -s http://127.0.0.1:8080/ds -H \'content-type: application/json\' -d @examples/areq.json',
    'DS_ACS_URL=http://127.0.0.1:9090/areq npm start',
    'node dist/server.js certificates tls mock.shop.test > tls.env',
    'import { startMockServer } from \'3ds-mock-server\'',
    'USE_REDIS=true REDIS_URL=redis://127.0.0.1:6379 npm start'
  ])
})

// `npm ci` would take node_modules away from under the tests that run at the same time, and `npm test` runs this: both are
// run to the letter by .ci/run, in a clean clone.
t.test('`npm start` starts the server that the first curl authenticates against, and that tells the second how to run the 3DS Method', async (t) => {
  await ensureBuilt(t)
  const start = commandWith('npm ci && npm start').replace('npm ci && ', '').trim()
  const server = await untilListening(run(t, 'sh', ['-euc', `exec ${start}`], { PORT: '0', LOG_PRETTY: 'false' }))
  const curl = commandWith('/3ds/authenticate').replace('http://127.0.0.1:8080', server.url)
  const answer = JSON.parse(await shell(t, curl))
  t.equal(answer.transStatus, 'Y')
  const challenged = JSON.parse(await shell(t, curl.replace('4000400040004000', '4000400040004001')))
  t.equal(challenged.transStatus, 'C')

  const { threeDSServerTransID, cardRanges: [range] } = JSON.parse(await shell(t, commandWith('/3ds/version').replace('http://127.0.0.1:8080', server.url)))
  t.equal(range.threeDSMethodURL, `${server.url}/acs/method`)
  t.strictSame(JSON.parse(Buffer.from(range.threeDSMethodData, 'base64url').toString()), { threeDSServerTransID, threeDSMethodNotificationURL: 'http://localhost:3000/3ds/method-done' })
  await server.stop()
})

t.test('examples/challenge.sh passes a browser challenge with the default code', async (t) => {
  const server = await startServer(t)
  const output = await shell(t, commandWith('examples/challenge.sh'), { MOCK_URL: server.url })
  t.equal(output, `authenticate: transStatus C
challenge:    page shown
challenge:    code 1234 entered
final:        transStatus Y, eci 05
`)
})

t.test('an AReq from a shell is answered by the ACS of the mock, and by one of your own where `DS_ACS_URL` names it', async (t) => {
  const areq = (url: string) => commandWith('@examples/areq.json').replace('http://127.0.0.1:8080', url)
  const server = await startServer(t)
  const ares = JSON.parse(await shell(t, areq(server.url)))
  t.match(ares, { messageType: 'ARes', transStatus: 'Y', acsReferenceNumber: 'issuer1' })
  t.strictSame(evaluate(JSON.parse(readFileSync(join(root, 'examples/areq.json'), 'utf8')), { messageType: 'AReq', leg: '3DSServer->DS' }), [], 'the example is a whole AReq')
  const acs = await startAcs(t)
  const command = commandWith('DS_ACS_URL=').replace('http://127.0.0.1:9090/areq', acs.url).replace('npm start', 'exec npm start')
  const relaying = await untilListening(run(t, 'sh', ['-euc', command], { PORT: '0', LOG_PRETTY: 'false' }))
  t.match(JSON.parse(await shell(t, areq(relaying.url))), { messageType: 'ARes', acsReferenceNumber: REFERENCE.acs })
  t.equal((await acs.received('AReq')).message.dsURL, `${relaying.url}/ds`)
  t.strictSame(acs.faults, [])
  await relaying.stop()
})

t.test('the certificates command writes what a server with mutual TLS starts with', async (t) => {
  await ensureBuilt(t)
  const [make, start] = commandWith('certificates tls').trim().split('\n').map((line) => line.replaceAll('dist/server.js', join(root, 'dist/server.js'))) as [string, string]
  const folder = t.testdir()
  await shell(t, `cd '${folder}' && ${make}`)
  const server = await untilListening(run(t, 'sh', ['-euc', `cd '${folder}' && exec ${start}`], { PORT: '0', LOG_PRETTY: 'false' }))
  t.match(server.url, /^https:/)
  const answer = await shell(t, `cd '${folder}' && curl -s --cacert tls/ds-ca.pem --cert tls/client.pem --key tls/client-key.pem ${server.url}/health/live`)
  t.match(JSON.parse(answer), { status: String })
  await server.stop()
})

t.test('the in-process example starts a mock and closes it', async (t) => {
  await ensureBuilt(t)
  const { code, stderr } = await run(t, process.execPath, ['--input-type=module', '-e', commandWith('startMockServer')]).ended
  t.strictSame({ code, stderr }, { code: 0, stderr: '' })
})

t.test('README names the file that `npm pack` writes, and only files that exist', (t) => {
  t.match(readme, `/3ds-mock-server-${version}.tgz`)
  const links = ['README.md', 'CONTRIBUTING.md', 'docs/sources.md', ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`)]
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, to]) => join(root, dirname(file), to as string)))
  t.strictSame(links.filter((file) => !existsSync(file)), [])
  t.ok(links.length > 5)
  t.end()
})

t.test('docs/sources.md explains every numbered fault of the original that a comment or title cites', (t) => {
  const sources = ['src', 'routes', 'plugins', 'test']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(root, folder, name)))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  const cited = new Set(sources.filter((line) => /compatibility (?:§|B)\d/.test(line)).flatMap((line) => line.match(/\bB\d+\b/g) ?? []))
  const explained = readFileSync(join(root, 'docs/sources.md'), 'utf8')
  t.ok(cited.size > 0)
  t.strictSame([...cited].filter((number) => !explained.includes(`| ${number} |`)), [])
  t.end()
})

t.test('npm hands options to the server: `npm start -- --help`, `npm start -- --print-config`', async (t) => {
  await ensureBuilt(t)
  for (const [option, output] of [['--help', 'Usage: 3ds-mock-server [option]'], ['--print-config', '"port": 8080']] as const) {
    const command = `npm start -- ${option}`
    t.ok(readme.includes(`\`${command}\``), 'README names it')
    t.match(await shell(t, command), output)
  }
})

t.test('the Redis command starts on Redis', { skip: redisIsLeftOut }, async (t) => {
  await ensureBuilt(t)
  const redis = await startRedisServer(t)
  const command = commandWith('USE_REDIS=true').replace('redis://127.0.0.1:6379', redis.url).replace('npm start', 'exec npm start')
  const server = await untilListening(run(t, 'sh', ['-euc', command], { PORT: '0', LOG_PRETTY: 'false' }))
  const health = await fetch(`${server.url}/health/redis`)
  t.equal(health.status, 200)
  await server.stop()
})
