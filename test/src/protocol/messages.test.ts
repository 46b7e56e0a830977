import { readFileSync } from 'node:fs'
import t from 'tap'
import ts from 'typescript'
import { listedCodes } from '../../../src/protocol/catalogue/listed-codes.ts'
import { describeErrorCode } from '../../../src/protocol/error-codes.ts'
import { erroBody } from '../../../src/protocol/erro.ts'
import { byName, elements, MESSAGES, rowOf, VERSIONS, waysOf } from './catalogue/messages.ts'

const source = ts.createSourceFile('messages.ts', readFileSync(new URL('../../../src/protocol/messages.ts', import.meta.url), 'utf8'), ts.ScriptTarget.Latest)

interface Member { name: string, isOptional: boolean, type: string }

/** The named members of an interface; the others are carried along. */
function membersOf (name: string): Member[] {
  const found = source.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name) as ts.InterfaceDeclaration
  return found.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(source), isOptional: member.questionToken !== undefined, type: (member.type as ts.TypeNode).getText(source)
  }))
}

/** The words of a type that is a union of them. */
function wordsOf (name: string): string[] {
  const found = source.statements.find((statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === name) as ts.TypeAliasDeclaration
  return [...found.type.getText(source).matchAll(/'([^']+)'/g)].map(([, word]) => word as string)
}

/** Every code of an element in a message, in whatever version. */
function codesOf (element: string, message: string): string[] {
  return byName.get(element).values.filter(({ allowedIn }: any) => allowedIn === undefined || allowedIn[message] !== undefined).map(({ code }: any) => code)
}

t.test('the types of messages name elements that the message has, and only call required what each payment has to have, in each version and channel', async (t) => {
  for (const message of ['AReq', 'ARes', 'RReq', 'RRes']) {
    const payments = waysOf(byName.get('messageType')).filter(({ messageType, category }) => messageType === message && category === '01')
    t.ok(payments.length >= VERSIONS.length)
    for (const { name, isOptional, type } of membersOf(message)) {
      const element = byName.get(name)
      t.ok(element?.messages.includes(message), `${message} has ${name}`)
      // Callers of the 3DS Server API may leave out more.
      t.ok(isOptional || payments.every((way) => rowOf(element, way)?.presence === 'R'), `${message} always has ${name}`)
      if (name === 'messageType') t.equal(type, `'${message}'`)
    }
  }
})

t.test('the types of codes are the codes of the catalogue', async (t) => {
  t.strictSame(wordsOf('DeviceChannel').sort(), codesOf('deviceChannel', 'AReq').sort())
  t.strictSame(wordsOf('TransStatus').sort(), codesOf('transStatus', 'ARes').sort())
  t.strictSame(wordsOf('FinalTransStatus').sort(), codesOf('transStatus', 'RReq').sort())
  t.strictSame(MESSAGES.toSorted(), codesOf('messageType', 'AReq').sort())
  t.strictSame([...new Set(elements.flatMap(({ messages }) => messages))].sort(), MESSAGES.toSorted())
})

t.test('an Erro has the elements that the catalogue has for one, and each of its codes has a sentence', async (t) => {
  const id = '8a880dc0-d2d2-4067-bcb1-b08d1690b26e'
  const whole = erroBody({
    errorCode: '203', errorComponent: 'D', errorDetail: 'x', errorMessageType: 'AReq', threeDSServerTransID: id, dsTransID: id, acsTransID: id, sdkTransID: id
  })
  t.strictSame(Object.keys(whole).sort(), elements.filter(({ messages }) => messages.includes('Erro')).map(({ name }) => name).sort())
  for (const code of codesOf('errorCode', 'Erro')) t.not(describeErrorCode(code), describeErrorCode('999'), code)
})

t.test('codes are listed by version; an element without codes lists none', async (t) => {
  t.strictSame([...listedCodes('challengeCancel', '2.1.0', 'RReq')], ['01', '04', '05', '06', '07', '08'])
  t.strictSame([...listedCodes('challengeCancel', '2.2.0', 'RReq')], ['01', '03', '04', '05', '06', '07', '08'])
  t.equal(listedCodes('acctNumber', '2.2.0', 'AReq').size, 0)
})
