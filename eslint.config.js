import { dirname, join, relative, resolve, sep } from 'node:path'
import neostandard from 'neostandard'

/**
 * Inside src/: what each room may import of the others. A room is a folder with everything below it, or a file beside the
 * folders; `config` is both. docs/architecture.md has the same table, with the reasons.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const arrows = {
  clock: [],
  errors: [],
  ids: [],
  log: [],
  masking: ['protocol'],
  once: [],
  protocol: ['errors'],
  transaction: ['protocol'],
  scenario: ['protocol', 'transaction'],
  crypto: ['errors', 'ids', 'once', 'protocol', 'transaction'],
  config: ['clock', 'crypto', 'masking', 'protocol'],
  commands: ['clock', 'config', 'crypto'],
  store: ['clock', 'errors', 'ids', 'masking', 'protocol', 'transaction'],
  jobs: ['clock', 'log', 'protocol', 'store'],
  exchange: ['clock', 'log', 'protocol', 'store', 'transaction'],
  metrics: ['protocol', 'store'],
  acs: ['clock', 'crypto', 'errors', 'exchange', 'ids', 'jobs', 'log', 'protocol', 'scenario', 'store', 'transaction'],
  'directory-server': ['clock', 'errors', 'exchange', 'ids', 'log', 'protocol', 'store', 'transaction'],
  'three-ds-server': ['clock', 'crypto', 'directory-server', 'errors', 'jobs', 'log', 'protocol', 'scenario', 'store', 'transaction'],
  dialects: ['acs', 'crypto', 'directory-server', 'errors', 'protocol', 'three-ds-server', 'transaction']
}

const sources = join(import.meta.dirname, 'src')
const roomOf = (/** @type {string} */ path) => /** @type {string} */ (relative(sources, path).split(sep)[0]).replace(/\.ts$/, '')

/**
 * Refuses an import between rooms, of types too, for which there is no arrow.
 * @type {import('eslint').Rule.RuleModule}
 */
const onlyArrows = {
  create (context) {
    const from = roomOf(context.filename)
    /** @param {any} node */
    function judge ({ source }) {
      const name = source?.value
      if (typeof name !== 'string' || !name.startsWith('.')) return
      const to = roomOf(resolve(dirname(context.filename), name))
      if (to === from || arrows[from]?.includes(to)) return
      const message = to === '..'
        ? 'nothing in src/ imports what is outside it'
        : `eslint.config.js has no arrow from src/${from} to src/${to}, see docs/architecture.md`
      context.report({ node: source, message })
    }
    return { ImportDeclaration: judge, ImportExpression: judge, ExportNamedDeclaration: judge, ExportAllDeclaration: judge, TSImportType: judge }
  }
}

// The arrows between the top folders: server.ts → app.ts → routes/, plugins/ → src/. Nothing imports upwards.
const forbidden = (/** @type {string[]} */ group, /** @type {string} */ message) => ({ group, message })

export default [
  ...neostandard({ ts: true, ignores: ['dist/**', 'node_modules/**', '.tap/**', 'coverage/**'] }),
  {
    files: ['**/*.ts', '**/*.js'],
    ignores: ['test/**', 'bench/**', 'tools/**'],
    rules: {
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }]
    }
  },
  {
    files: ['src/**/*.ts'],
    plugins: { architecture: { rules: { 'only-arrows': onlyArrows } } },
    rules: {
      'architecture/only-arrows': 'error',
      'no-restricted-imports': ['error', {
        patterns: [forbidden(['fastify', 'fastify-plugin', '@fastify/*'], 'src/ knows EMV 3DS, not Fastify')]
      }]
    }
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config.ts', 'src/config/**'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'src/config.ts is the only reader of the environment' }]
    }
  },
  {
    files: ['plugins/**/*.ts', 'routes/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [forbidden(['**/app.ts', '**/server.ts', '**/index.ts'], 'nothing imports upwards')]
      }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'src/config.ts is the only reader of the environment' }]
    }
  },
  {
    files: ['plugins/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [forbidden(['**/routes/**', '**/app.ts', '**/server.ts', '**/index.ts'], 'plugins do not know routes')]
      }]
    }
  }
]
