import { Type } from 'typebox'
import { errorAnswers, inHtml as html, OF_POST } from '../../plugins/error-schemas.ts'
import { GATHERED } from '../../src/acs/method/browser-data.ts'
import { BEHAVIOUR_PARAMETER, NO_BEHAVIOUR } from '../../src/scenario/method-behaviour.ts'

/* What the 3DS Method takes and answers, for the API documents; nothing is judged by it. */

const consumes = ['application/x-www-form-urlencoded']
const tags = ['ACS']
const onPages = errorAnswers(OF_POST, html, { 415: 'The body is no form, is compressed, or in wide characters.' })

export const methodSchema = {
  tags,
  consumes,
  summary: 'Run the 3DS Method in a hidden frame',
  querystring: Type.Object({
    [BEHAVIOUR_PARAMETER]: Type.Optional(Type.String({ description: `What the page does in place of notifying at once: ${NO_BEHAVIOUR}. The threeDSMethodURL of /3ds/version has it where the card is one for that.` }))
  }),
  body: Type.Object({
    threeDSMethodData: Type.String({
      description: 'JSON with threeDSServerTransID and threeDSMethodNotificationURL: base64url or base64, padded or not. Without threeDSMethodNotificationURL nobody is notified.'
    })
  }),
  response: {
    200: html('The page that gathers browser data and then posts threeDSMethodData, base64url of JSON with threeDSServerTransID, to the threeDSMethodNotificationURL.'),
    ...onPages
  }
}

export const methodDataSchema = {
  tags,
  consumes,
  summary: 'What the 3DS Method page gathered',
  params: Type.Object({ threeDSServerTransID: Type.String({ description: 'As in threeDSMethodData.' }) }),
  body: Type.Object(Object.fromEntries(Object.keys(GATHERED).map((name) => [name, Type.Optional(Type.String())])), {
    description: 'Other fields are left out. The first data of a threeDSServerTransID is kept.'
  }),
  response: { 204: { description: 'It is kept, or there was some already.', type: 'null' }, ...onPages }
}
