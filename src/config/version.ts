import { existsSync, readFileSync } from 'node:fs'

/** @returns the `version` of the package that this module belongs to: its nearest package.json upwards, built or not. */
function readVersion (): string {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder)
  return (JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }).version
}

/** This package's version, as package.json says it. */
export const version = readVersion()
