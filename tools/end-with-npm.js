const POLL_MS = 200

/**
 * npm puts a shell between itself and a script. A signal that npm gets ends that shell, and most shells pass nothing on: the
 * script would stay behind without npm, and keep its port. No event tells of that, only the id of the parent changes.
 * @param {string} script its name in package.json; nothing is watched when npm did not start it
 * @param {() => void} end called once, when the parent is gone
 */
export function endWithNpm (script, end) {
  if (process.env['npm_lifecycle_event'] !== script) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    end()
  }, POLL_MS)
  timer.unref()
}
