// What the generated pages are written with.

/** @param {string} text as one cell of a table; what would end the cell or be taken for markup is escaped */
export const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** @param {unknown} text */
export const code = (text) => `\`${text}\``

/** @param {string} text in our own words, in which `<` and `*` are meant as they are */
export const words = (text) => text.replaceAll('<', '&lt;').replaceAll('*', '\\*')

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table (head, rows) {
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** @param {readonly (string | undefined)[]} blocks those that are there, with an empty line between */
export const blocks = (blocks) => blocks.filter((block) => block !== undefined && block !== '').join('\n\n')

/** @param {readonly string[]} names @param {string} [last] */
export function list (names, last = 'and') {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`
}

/** The anchor that a heading gets. @param {string} heading */
export const anchor = (heading) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')

/** @param {string} script from the root of the repository */
export const generatedBy = (script) => `<!-- Written by npm run docs, see ${script}. -->`
