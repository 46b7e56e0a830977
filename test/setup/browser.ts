import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Test } from 'tap'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]

/** For `t.test(name, { skip: browserIsLeftOut }, …)`: the reason for leaving out a browser test, or `false` to run it. */
export const browserIsLeftOut: string | false = process.env['TEST_WITHOUT_BROWSER'] === '1' &&
  'LEFT OUT because TEST_WITHOUT_BROWSER=1: what this says of real browsers was not tested'

/**
 * Starts a real Chromium, which ends with the test.
 * @param t the test that owns it
 * @param args more command-line flags
 * @throws when there is no Chromium, with the line that helps
 */
export async function launchBrowser (t: Test, args: readonly string[] = []): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...flags, ...args] })
  t.teardown(() => browser.close())
  return browser
}

/** @returns the path in TEST_CHROMIUM, or else the first known name on PATH. */
function findChromium (): string {
  const given = process.env['TEST_CHROMIUM']
  if (given !== undefined && given !== '') return given
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
  if (found === undefined) {
    throw new Error('No Chromium on PATH: install one (apt-get install chromium), set TEST_CHROMIUM=/path/to/it, or leave browser tests out with TEST_WITHOUT_BROWSER=1')
  }
  return found
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
