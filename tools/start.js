// npm start: builds if dist/ is missing or stale, then becomes the server. Arguments are the server's.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { dist, root } from './bundle.js'
import { endWithNpm } from './end-with-npm.js'
import { isStale } from './stale.js'

// A hang-up ends a server that is not closing already, and never hurries one that is.
endWithNpm('start', () => process.kill(process.pid, 'SIGHUP'))
if (isStale()) {
  // In a process of its own, so that the server does not keep what the build needed; its output is no log line.
  const { status } = spawnSync(process.execPath, [join(root, 'tools/build.js'), '--no-types', '--if-stale'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) process.exit(1)
}
await import(pathToFileURL(join(dist, 'server.js')).href)
