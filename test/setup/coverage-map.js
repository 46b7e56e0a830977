// Every test may cover every source; what is built, and what only runs in processes of its own, is not counted.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const sources = ['src', 'plugins', 'routes'].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)))

export default () => ['app.ts', 'index.ts', ...sources]
