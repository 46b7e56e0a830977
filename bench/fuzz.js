// npm run fuzz: a million hostile messages over all doors of the built server, on loopback. `-- --help` lists its arguments.
// What it shares with the tests is TypeScript, so that it is bundled first.
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = mkdtempSync(join(tmpdir(), '3ds-mock-fuzz-'))
const outfile = join(folder, 'fuzz.mjs')

/** Files that stand beside a source are found beside it, not beside the bundle. @type {import('esbuild').Plugin} */
const ownAddress = {
  name: 'own-address',
  setup (bundle) {
    bundle.onLoad({ filter: /[\\/](?:bench|test)[\\/].*\.[jt]s$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts'
    }))
  }
}

try {
  await build({ entryPoints: ['bench/fuzz-run.ts'], bundle: true, platform: 'node', format: 'esm', outfile, plugins: [ownAddress], logLevel: 'warning' })
  await import(pathToFileURL(outfile).href)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
