// What goes into `dist/` and how it is written. Used by build.js and dev.js.
import { chmod, cp, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const dist = join(root, 'dist')
const RULE = '='.repeat(80)
/** Written last by every build; its time is when that build began to read the sources. */
export const notices = join(dist, 'THIRD-PARTY-NOTICES.txt')

// Bundled CommonJS packages expect these two.
const banner = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url)
const __dirname = import.meta.dirname`

/**
 * swagger-ui finds its pages beside its own modules, which a bundle moves: the build copies them to `dist/swagger-ui`.
 * @type {Record<string, [string, string]>}
 */
const swaggerUiPaths = {
  'index.js': ["path.join(__dirname, './static/logo.svg')", "path.join(__dirname, 'swagger-ui', 'logo.svg')"],
  'routes.js': ["path.join(__dirname, '..', 'static')", "path.join(__dirname, 'swagger-ui')"]
}

/** @type {import('esbuild').Plugin} */
const swaggerUi = {
  name: 'swagger-ui',
  setup (build) {
    build.onLoad({ filter: /@fastify[\\/]swagger-ui[\\/](?:index|lib[\\/]routes)\.js$/ }, async ({ path }) => {
      const [from, to] = /** @type {[string, string]} */ (swaggerUiPaths[basename(path)])
      const text = await readFile(path, 'utf8')
      if (!text.includes(from)) throw new Error(`${path} no longer says ${from}`)
      return { contents: text.replace(from, to), loader: 'js' }
    })
  }
}

/** @type {import('esbuild').BuildOptions & { metafile: true, write: false }} */
export const options = {
  absWorkingDir: root,
  entryPoints: ['server.ts', 'index.ts'],
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  banner: { js: banner },
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [swaggerUi],
  metafile: true,
  write: false
}

/**
 * Replaces a file at once, so that a process that starts meanwhile reads the old or the new one; leaves an equal one alone.
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
async function replace (path, contents) {
  const old = await readFile(path).catch(() => undefined)
  if (old?.equals(Buffer.from(contents))) return
  await writeFile(`${path}.new`, contents)
  await rename(`${path}.new`, path)
}

/**
 * Writes a build to `dist/`: chunks before the entry points that name them, then removes what an earlier build left.
 * @param {import('esbuild').BuildResult<typeof options>} result
 * @param {Date} begun when it began to read the sources
 */
export async function writeBundle ({ outputFiles, metafile }, begun) {
  await mkdir(dist, { recursive: true })
  const files = outputFiles.toSorted((a, b) => Number(basename(b.path).startsWith('chunk-')) - Number(basename(a.path).startsWith('chunk-')))
  for (const { path, contents } of files) await replace(path, contents)
  await chmod(join(dist, 'server.js'), 0o755)
  // Read when the first message is judged, not at start.
  const elements = JSON.parse(await readFile(join(root, 'src/protocol/catalogue/elements.json'), 'utf8'))
  await replace(join(dist, 'elements.json'), JSON.stringify(elements))
  await cp(join(root, 'node_modules/@fastify/swagger-ui/static'), join(dist, 'swagger-ui'), { recursive: true })
  const names = new Set(files.map(({ path }) => basename(path)))
  for (const name of await readdir(dist)) {
    if (/\.js(?:\.new)?$/.test(name) && !names.has(name)) await rm(join(dist, name), { force: true })
  }
  await writeFile(notices, await noticesText(metafile))
  await utimes(notices, begun, begun)
}

/**
 * @param {import('esbuild').Metafile} metafile
 * @returns {Promise<string>} name, version, licence and licence text of every package in the bundle
 */
async function noticesText ({ inputs }) {
  const folders = new Set(Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []))
  const texts = await Promise.all([...folders].sort().map((folder) => noticeOf(join(root, folder))))
  return `Packages bundled into 3ds-mock-server\n\n${texts.join('\n')}\n${await swaggerUiNotice()}`
}

// The pages themselves come inside @fastify/swagger-ui, without a package of their own.
async function swaggerUiNotice () {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'node_modules/@fastify/swagger-ui/package.json'), 'utf8'))
  return `${RULE}\nswagger-ui-dist ${devDependencies['swagger-ui-dist']} (Apache-2.0), in the folder swagger-ui\n
Copyright SmartBear Software Inc. Licence text: https://www.apache.org/licenses/LICENSE-2.0, and above with prom-client.\n`
}

/** @param {string} folder */
async function noticeOf (folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return `${RULE}\n${name} ${version} (${license})\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`
}
