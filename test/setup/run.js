// npm test: what the tests need, then the tests. Arguments go to tap. All code has to be covered, unless tests were left out.
import { spawnSync } from 'node:child_process'

const run = (/** @type {string[]} */ ...argv) => {
  const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

run('test/setup/prepare.js')
const isPart = process.env['TEST_WITHOUT_REDIS'] === '1' || process.env['TEST_WITHOUT_BROWSER'] === '1'
run('node_modules/tap/dist/esm/run.mjs', ...(isPart ? ['--allow-incomplete-coverage'] : []), ...process.argv.slice(2))
