import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { version } from '../src/config/version.ts'
import { ensureBuilt, run, startServer, untilListening, type ServerProcess } from './setup/server-process.ts'

// Some shells stay between npm and the server, others become the server: a signal then comes once or twice.
const SHELLS = ['sh', 'bash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0)

/** Starts the server by `npm start`; the process is npm's own, the address the server's. */
async function npmStart (t: Test, shell: string): Promise<ServerProcess> {
  await ensureBuilt(t)
  return untilListening(run(t, 'npm', ['start'], { PORT: '0', LOG_PRETTY: 'off', CLOSE_GRACE_MS: '600000', npm_config_script_shell: shell }))
}

/** An authenticate of which the server has the header only; `finish` sends its body. */
async function halfSent (url: string): Promise<{ finish: () => Promise<number | undefined> }> {
  const body = JSON.stringify({ cardNumber: '4111111111111111' })
  const asked = request(`${url}/3ds/version`, { method: 'POST', agent: false, headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' } })
  asked.flushHeaders()
  await once(asked, 'continue')
  const status = once(asked, 'response').then(([response]) => response.resume().statusCode)
  // Who cuts the request does so before it is finished.
  status.catch(() => {})
  return {
    finish: () => {
      asked.end(body)
      return status
    }
  }
}

/** Waits until nobody listens there any more. */
async function untilRefused (url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  for (;;) {
    const socket = connect(Number(port), hostname)
    try {
      await once(socket, 'connect')
    } catch {
      return
    } finally {
      socket.destroy()
    }
  }
}

for (const shell of SHELLS) {
  t.test(`npm start, with ${shell} in between: SIGTERM to npm alone closes the server, requests in flight included, and frees the port`, async (t) => {
    const server = await npmStart(t, shell)
    const flying = await halfSent(server.url)
    server.child.kill('SIGTERM')
    await untilRefused(server.url)
    t.equal(await flying.finish(), 200)
    // Its output ends when the last process that holds it has ended.
    const { stdout } = await server.ended
    t.match(stdout, /"msg":"SIG(?:TERM|HUP): closing, with 600000 ms for requests in flight"/)
  })

  t.test(`npm start, with ${shell} in between: ctrl-C closes once, and requests in flight are answered`, async (t) => {
    const server = await npmStart(t, shell)
    const flying = await halfSent(server.url)
    const ended = server.stop('SIGINT')
    await untilRefused(server.url)
    t.equal(await flying.finish(), 200)
    t.equal((await ended).stdout.split('closing, with').length, 2)
  })
}

t.test('a stop signal of two kinds at once is one; a later one ends the server at once, with code 1 and the reason', async (t) => {
  const server = await startServer(t, { CLOSE_GRACE_MS: '600000' })
  const flying = await halfSent(server.url)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) server.child.kill(signal)
  await untilRefused(server.url)
  t.equal(await flying.finish(), 200)
  t.equal((await server.ended).code, 0)

  const slow = await startServer(t, { CLOSE_GRACE_MS: '600000' })
  const cut = await halfSent(slow.url)
  const insisting = setInterval(() => slow.child.kill('SIGTERM'), 50)
  const { code, stderr } = await slow.ended
  clearInterval(insisting)
  t.strictSame([code, stderr], [1, '3ds-mock-server: SIGTERM again: not waiting for requests in flight\n'])
  await t.rejects(cut.finish())
})

t.test('npm start builds what is stale and becomes the server, options and commands included', async (t) => {
  t.match(await run(t, process.execPath, ['tools/start.js', '--version']).ended, { code: 0, stdout: `${version}\n`, stderr: '' })
  t.match(await run(t, process.execPath, ['tools/start.js', 'certificates']).ended, { code: 2, stdout: '', stderr: /Usage: 3ds-mock-server certificates/ })
  const server = await untilListening(run(t, process.execPath, ['tools/start.js'], { PORT: '0' }))
  t.equal((await fetch(`${server.url}/health`)).status, 200)
  t.equal((await server.stop()).code, 0)
})

t.test('npm ci finds no package that wants another Node than this one', async (t) => {
  const { code, stdout, stderr } = await run(t, 'npm', ['ci', '--dry-run', '--offline']).ended
  t.equal(code, 0)
  t.notMatch(stdout + stderr, /EBADENGINE/)
})
