import neostandard from 'neostandard'

// The arrows of the house: server.ts → app.ts → routes/, plugins/ → src/. Nothing imports upwards.
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
    rules: {
      'no-restricted-imports': ['error', {
        patterns: [
          forbidden(['fastify', 'fastify-plugin', '@fastify/*'], 'src/ knows EMV 3DS, not Fastify'),
          forbidden(['**/routes/**', '**/plugins/**', '**/app.ts', '**/server.ts', '**/index.ts'], 'nothing in src/ imports upwards')
        ]
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
