import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { root, run, untilListening } from './setup/server-process.ts'

const read = (name: string) => readFile(join(root, name), 'utf8')
const instructions = (dockerfile: string) => dockerfile.replace(/\\\n/g, ' ').split('\n').filter((line) => /^[A-Z]/.test(line))

t.test('the image has two stages, runs as a user without rights, and starts server and health check without a shell', async (t) => {
  const lines = instructions(await read('Dockerfile'))
  t.equal(lines.filter((line) => line.startsWith('FROM ')).length, 2)
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
  t.ok(last.includes('USER node'))
  t.ok(last.indexOf('USER node') < last.indexOf('ENTRYPOINT ["node", "dist/server.js"]'))
  t.ok(last.some((line) => line.startsWith('HEALTHCHECK ') && line.includes('CMD ["node"')))
  t.notOk(last.some((line) => line.startsWith('RUN ')), 'nothing is installed into the image that runs')
})

t.test('the files that the image copies are enough to build and run, and its health check tells a running server from a stopped one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), '3ds-mock-image-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const [build, app] = [join(folder, 'build'), join(folder, 'app')]
  await mkdir(build)
  await mkdir(app)
  for (const kept of (await read('.dockerignore')).split('\n').filter((line) => line.startsWith('!'))) {
    const names = kept === '!*.ts' ? ['app.ts', 'index.ts', 'server.ts'] : [kept.slice(1)]
    for (const name of names) await cp(join(root, name), join(build, name), { recursive: true })
  }
  // Stands for `npm ci`, which .ci/run runs in a clean clone.
  await symlink(join(root, 'node_modules'), join(build, 'node_modules'))
  const built = await run(t, 'npm', ['run', 'build'], {}, build).ended
  t.equal(built.code, 0, built.stderr)
  for (const name of ['package.json', 'LICENSE', 'dist']) await cp(join(build, name), join(app, name), { recursive: true })

  const server = await untilListening(run(t, process.execPath, ['dist/server.js'], { HOST: '127.0.0.1', PORT: '0', NODE_ENV: 'production' }, app))
  const check = instructions(await read('Dockerfile')).find((line) => line.startsWith('HEALTHCHECK ')) as string
  const [command, ...argv] = JSON.parse(check.slice(check.indexOf('['))) as [string, ...string[]]
  t.equal(command, 'node')
  const healthy = await run(t, process.execPath, argv, { PORT: new URL(server.url).port }, app).ended
  t.equal(healthy.code, 0)
  const printed = await run(t, process.execPath, ['dist/server.js', 'certificates', join(folder, 'tls')], {}, app).ended
  const paths = Object.fromEntries([...printed.stdout.matchAll(/^(TLS_(?:CERT|KEY|CLIENT_CA)_PATH)=(.*)$/gm)].map(([, name, value]) => [name, value as string]))
  const secured = await untilListening(run(t, process.execPath, ['dist/server.js'], { HOST: '127.0.0.1', PORT: '0', ...paths }, app))
  const healthyByTls = await run(t, process.execPath, argv, { PORT: new URL(secured.url).port, ...paths }, app).ended
  t.strictSame([secured.url.slice(0, 8), healthyByTls.code], ['https://', 0])
  await server.stop()
  const gone = await run(t, process.execPath, argv, { PORT: new URL(server.url).port }, app).ended
  t.equal(gone.code, 1)
})

t.test('compose starts one mock in memory, profiles add one on Redis and three behind a proxy; all are read-only and without privileges', async (t) => {
  const { services, volumes } = parse(await read('docker-compose.yml'), { merge: true })
  const ours = Object.entries<any>(services).filter(([, service]) => service.image === '3ds-mock-server')
  t.strictSame(ours.map(([name, { profiles }]) => [name, profiles]), [
    ['mock', undefined], ['mock-redis', ['redis']], ['mock-1', ['instances']], ['mock-2', ['instances']], ['mock-3', ['instances']]
  ])
  for (const [name, service] of ours) {
    t.match(service, { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name)
  }
  for (const [name, { environment }] of ours.slice(1)) {
    t.match(environment, { USE_REDIS: 'true', REDIS_URL: 'redis://redis:6379', SEED: String }, name)
  }
  t.match(services.redis.profiles, ['redis', 'instances'])
  t.strictSame(Object.keys(volumes), ['redis'])
  const ports = Object.entries<any>(services).flatMap(([name, { ports = [] }]) => ports.map((port: string) => [name, port]))
  t.strictSame(ports, [['mock', '127.0.0.1:8080:8080'], ['mock-redis', '127.0.0.1:8081:8080'], ['proxy', '127.0.0.1:8082:8080']],
    'the addresses of README, none of them reachable from other machines')
  const readme = await read('README.md')
  for (const port of [8080, 8081, 8082]) t.match(readme, new RegExp(`docker compose [^|]*\\| [^|]+ \\| \`http://127\\.0\\.0\\.1:${port}\` \\|`))
  const proxied = [...(await read('examples/proxy/nginx.conf')).matchAll(/server (mock-\d):8080;/g)].map(([, name]) => name)
  t.strictSame(proxied, ['mock-1', 'mock-2', 'mock-3'])
})
