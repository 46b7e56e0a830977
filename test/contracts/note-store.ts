import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { JsonObject } from '../../src/protocol/messages.ts'
import type { NoteStore } from '../../src/store/note-store.ts'

/** How long the notes of the suite are kept. */
export const NOTE_TTL_SECONDS = 600

/** A store of one test's own, and how time passes for it. */
export interface NotesUnderTest {
  notes: NoteStore
  /** Lets everything kept there grow older. */
  age (seconds: number): Promise<void>
}

/** What is hard to keep as it is, and JSON can say. */
export const hardNote = (): JsonObject => ({
  text: 'Käserei “Zum Nußbaum” 🧀 \u0000 \r\n \u2028 " \\ \ud800',
  '': [null, true, false, 0, -0.5, 1e21, Number.MAX_SAFE_INTEGER, '', [], {}],
  nested: { list: [{ a: [1, { b: 'c' }] }], constructor: 'x', toString: { valueOf: 1 } },
  ...JSON.parse('{"__proto__":{"polluted":true}}'),
  long: 'x'.repeat(20_000)
})

/**
 * What every NoteStore keeps to.
 * @param t the test it becomes part of
 * @param open prepares a store for one test
 */
export async function testNoteStore (t: Test, open: (t: Test) => NotesUnderTest | Promise<NotesUnderTest>): Promise<void> {
  async function rule (title: string, check: (t: Test, notes: NoteStore, age: NotesUnderTest['age']) => Promise<void>): Promise<void> {
    await t.test(title, async (t) => {
      const { notes, age } = await open(t)
      t.teardown(() => notes.close())
      await check(t, notes, age)
    })
  }

  await rule('a note is found as it was kept, whatever JSON can say', async (t, notes) => {
    const key = `method:${randomUUID()}`
    t.equal(await notes.put(key, hardNote(), NOTE_TTL_SECONDS), undefined)
    const found = await notes.get(key)
    t.strictSame(found, hardNote())
    t.equal(JSON.stringify(found), JSON.stringify(hardNote()), 'members in their order, __proto__ as a member')
    t.equal(({} as Record<string, unknown>)['polluted'], undefined)
    await notes.put(key, {}, NOTE_TTL_SECONDS)
    t.strictSame(await notes.get(key), {})
    await notes.put(key, { a: undefined, b: 1 } as unknown as JsonObject, NOTE_TTL_SECONDS)
    t.strictSame(await notes.get(key), { b: 1 })
  })

  await rule('what is handed in or out cannot be changed in the store', async (t, notes) => {
    const note = { list: [{ a: 1 }] }
    await notes.put('k', note, NOTE_TTL_SECONDS)
    ;(note.list[0] as JsonObject)['a'] = 'scribbled upon'
    const found = await notes.get('k') as typeof note
    ;(found.list[0] as JsonObject)['a'] = 'scribbled upon'
    found.list.push({ a: 2 })
    t.strictSame(await notes.get('k'), { list: [{ a: 1 }] })
  })

  await rule('a note of the same key is replaced, whole', async (t, notes) => {
    await notes.put('k', { first: 1 }, NOTE_TTL_SECONDS)
    await notes.put('k', { second: 2 }, NOTE_TTL_SECONDS)
    t.strictSame(await notes.get('k'), { second: 2 })
    await Promise.all(Array.from({ length: 40 }, (_, number) => notes.put('k', { number }, NOTE_TTL_SECONDS)))
    const { number } = await notes.get('k') as { number: number }
    t.ok(number >= 0 && number < 40, 'one of them, and no mixture')
  })

  await rule('a delete tells whether there was one', async (t, notes) => {
    await notes.put('k', { a: 1 }, NOTE_TTL_SECONDS)
    t.equal(await notes.delete('k'), true)
    t.equal(await notes.get('k'), undefined)
    t.equal(await notes.delete('k'), false)
    await notes.put('k', { a: 2 }, NOTE_TTL_SECONDS)
    t.strictSame(await notes.get('k'), { a: 2 })
  })

  await rule('keys are taken letter for letter, hostile ones too', async (t, notes) => {
    const keys = [
      'k', 'K', 'ı', 'I', 'i', '', ' ', 'k ', '*', '?', '[k]', '\\', ':', '_note:k', '__proto__', 'constructor', 'toString', 'hasOwnProperty',
      'k\n', 'k\r\nFLUSHALL\r\n', 'k\u0000', '\u0000', 'ü', 'u\u0308', '🧀', '%41', 'A', '{k}', `${'x'.repeat(5000)}1`, `${'x'.repeat(5000)}2`
    ]
    for (const key of keys) t.equal(await notes.get(key), undefined, JSON.stringify(key.slice(0, 20)))
    for (const [index, key] of keys.entries()) await notes.put(key, { index }, NOTE_TTL_SECONDS)
    for (const [index, key] of keys.entries()) t.strictSame(await notes.get(key), { index }, JSON.stringify(key.slice(0, 20)))
    for (const key of keys) t.equal(await notes.delete(key), true, JSON.stringify(key.slice(0, 20)))
    for (const key of keys) t.equal(await notes.get(key), undefined)
  })

  await rule('a note lives for the time given and no longer', async (t, notes, age) => {
    await notes.put('short', { a: 1 }, 60.5)
    await notes.put('long', { a: 2 }, NOTE_TTL_SECONDS)
    await age(50)
    t.strictSame(await notes.get('short'), { a: 1 })
    await age(15)
    t.equal(await notes.get('short'), undefined)
    t.equal(await notes.delete('short'), false, 'nothing is left')
    t.strictSame(await notes.get('long'), { a: 2 })
    await age(NOTE_TTL_SECONDS)
    t.equal(await notes.delete('long'), false, 'without a reading before it, too')
  })

  await rule('reading does not prolong it, putting it again does', async (t, notes, age) => {
    await notes.put('read', { a: 1 }, 60)
    await notes.put('put', { a: 1 }, 60)
    await age(40)
    t.strictSame(await notes.get('read'), { a: 1 })
    await notes.put('put', { a: 2 }, 60)
    await age(30)
    t.equal(await notes.get('read'), undefined)
    t.strictSame(await notes.get('put'), { a: 2 })
  })
}
