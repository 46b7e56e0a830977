import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import t from 'tap'
import { arrows } from '../eslint.config.js'
import { root } from './setup/server-process.ts'

const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
const named = [...new Set([...page.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string))]
const [rooms, steps] = [rowsOf('## Inside src/'), ['## A transaction', '## A challenge in the browser', '## A challenge in an app'].flatMap(rowsOf)]

/** The cells of the table under a heading, without the head. */
function rowsOf (heading: string): string[][] {
  const [, section = ''] = page.split(`${heading}\n`)
  const lines = section.replace(/\n## [\s\S]*/, '').split('\n').filter((line) => line.startsWith('| `'))
  return lines.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
}

/** Paths of all sources, from the root. */
const files = ['server.ts', 'index.ts', 'app.ts', ...['src', 'plugins', 'routes'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)))]
const sources = new Map([...files, 'eslint.config.js'].map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const all = [...sources.values()].join('\n')

/** Whether a text defines a function, as a declaration, a constant or a method. */
function defines (text: string, name: string): boolean {
  return new RegExp(`\\bfunction ${name}\\b|\\bconst ${name}\\b|^ *(?:async )?${name} \\(`, 'm').test(text)
}

/** Room of src/ that a file is in: the folder, or the file itself. */
function roomOf (file: string): string {
  return (relative('src', file).split(sep)[0] as string).replace(/\.ts$/, '')
}

function importsOf (file: string): string[] {
  return [...(sources.get(file) as string).matchAll(/\b(?:from|import)[ (]+'(\.[^']+)'/g)].map(([, to]) => join(dirname(file), to as string))
}

/** The rooms of src/ with the rooms that each imports, as the code has them. */
function measure (): Record<string, string[]> {
  const inside = files.filter((file) => file.startsWith(`src${sep}`))
  return Object.fromEntries([...new Set(inside.map(roomOf))].map((room) => {
    const imported = inside.filter((file) => roomOf(file) === room).flatMap(importsOf).map(roomOf)
    return [room, [...new Set(imported)].filter((other) => other !== room).toSorted()]
  }))
}

/** The same as docs/architecture.md has it: rooms in the first column, what they import in the third. */
function described (): Record<string, string[]> {
  return Object.fromEntries(rooms.flatMap(([paths = '', , imports = '']) => [...paths.matchAll(/`([^`]+)`/g)]
    .map(([, path]) => [roomOf(path as string), imports === '' ? [] : imports.split(', ')])))
}

t.test('the arrows of docs/architecture.md and of eslint.config.js are those of the code, and no others', (t) => {
  const measured = measure()
  t.strictSame(described(), measured)
  t.strictSame(arrows, measured)
  t.end()
})

t.test('docs/architecture.md names only files and folders that exist', (t) => {
  const paths = named.filter((name) => /^[\w.][\w./-]*$/.test(name) && (name.includes('/') || /\.(?:ts|js|md|example)$/.test(name)))
  t.ok(paths.length > 50)
  t.strictSame(paths.filter((path) => !existsSync(join(root, path))), [])
  t.end()
})

t.test('docs/architecture.md names only functions and words that the sources have', (t) => {
  const functions = named.filter((name) => /^[\w.]+\(\)$/.test(name)).map((name) => (name.split('.').at(-1) as string).slice(0, -2))
  t.ok(functions.length > 40)
  t.strictSame(functions.filter((name) => !defines(all, name)), [])
  const words = named.filter((name) => /^\w+$/.test(name))
  t.strictSame(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(all)), [])
  t.end()
})

t.test('docs/architecture.md names functions beside the files that define them', (t) => {
  t.ok(steps.length > 30)
  t.strictSame(steps.filter(([file = '', name = '']) => !defines(sources.get(file.slice(1, -1)) ?? '', name.slice(1, -3))), [])
  t.end()
})
