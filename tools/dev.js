// npm run dev: rebuilds when a source changes and restarts the server on the new build. Arguments are the server's.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { context } from 'esbuild'
import { dist, options, writeBundle } from './bundle.js'
import { endWithNpm } from './end-with-npm.js'
import { alone } from './stale.js'

/** @type {import('node:child_process').ChildProcess | undefined} */
let server

async function stopServer () {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGTERM')
  await once(server, 'exit')
}

/** @type {import('esbuild').Plugin} */
const restart = {
  name: 'restart',
  setup (build) {
    let begun = new Date()
    build.onStart(() => { begun = new Date() })
    build.onEnd(async (result) => {
      // The errors are on the screen already; the last good build stays up.
      if (result.errors.length > 0) return
      const whole = /** @type {import('esbuild').BuildResult<typeof options>} */ (result)
      await alone(() => writeBundle(whole, begun))
      await stopServer()
      server = spawn(process.execPath, [join(dist, 'server.js'), ...process.argv.slice(2)], { stdio: 'inherit' })
    })
  }
}

const watcher = await context({ ...options, plugins: [...options.plugins ?? [], restart] })
await watcher.watch()

async function end () {
  await watcher.dispose()
  await stopServer()
  process.exit(0)
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
endWithNpm('dev', end)
