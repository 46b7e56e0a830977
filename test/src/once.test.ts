import t from 'tap'
import { once } from '../../src/once.ts'

t.test('what is made is made once, for everybody who asks meanwhile and later', async (t) => {
  let made = 0
  const make = once(async () => ({ made: ++made }))
  const [one, other] = await Promise.all([make(), make()])
  t.equal(one, other)
  t.equal(await make(), one)
  t.equal(made, 1)
})

t.test('what failed is tried again by whoever asks next', async (t) => {
  let tried = 0
  const make = once(async () => {
    if (++tried === 1) throw new Error('not yet')
    return tried
  })
  const [one, other] = await Promise.allSettled([make(), make()])
  t.strictSame([one.status, other.status, tried], ['rejected', 'rejected', 1])
  t.strictSame([await make(), await make()], [2, 2])
})
