const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // The HTML parser turns a carriage return into a line feed; threeDSSessionData must come back byte for byte.
  '\r': '&#13;'
}

/**
 * Text for the inside of an element or of a quoted attribute.
 * @param text anything, hostile included
 * @returns the same text with no character that could end the element or attribute
 */
export function escapeHtml (text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => entities[character] as string)
}

/**
 * Hidden form fields.
 * @param fields value by name
 * @returns one `<input type=hidden>` for each
 */
export function hiddenFields (fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('\n')
}
