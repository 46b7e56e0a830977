import { Type } from 'typebox'

const Text = (description: string) => Type.Optional(Type.String({ description }))
const Id = (description: string) => Type.Optional(Type.String({ description, format: 'uuid' }))

/** Answer of `POST /3ds/version`. */
export const VersionAnswerSchema = Type.Object({
  threeDSServerTransID: Id('A fresh id for the 3DS Method and the authentication; not stored.'),
  threeDsServerTransId: Id('The same, as the original server spells it.'),
  cardRanges: Type.Array(Type.Object({
    acsInfoInd: Type.Array(Type.String()),
    startRange: Type.String(),
    endRange: Type.String(),
    acsStartProtocolVersion: Type.String(),
    acsEndProtocolVersion: Type.String(),
    threeDSMethodURL: Text('Where a browser posts the form field `threeDSMethodData`, in a hidden frame, to run the 3DS Method; absent where there is none.'),
    threeDSMethodData: Text('The form field, ready-made; where the request names a threeDSMethodNotificationURL.')
  }), { description: 'Empty when the card is not enrolled.' })
}, { description: 'Card ranges' })

/** Answer of `POST /3ds/authenticate`, in EMV spelling. */
export const AuthenticateAnswerSchema = Type.Object({
  transStatus: Type.String({ description: 'Y, N, A, U, R, I, C, D or S.' }),
  threeDSServerTransID: Id('As in the request.'),
  acsURL: Text('Where the browser takes the CReq; with C.'),
  acsSignedContent: Text('JWS for the 3DS SDK; with C in an app.'),
  eci: Text('Electronic Commerce Indicator.'),
  authenticationValue: Text('Proof of authentication.'),
  base64EncodedChallengeRequest: Text('The CReq, ready to be posted as `creq`; with C.'),
  challengeRequest: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'The same CReq, readable.' })),
  acsChallengeMandated: Text('Y when there is a challenge.'),
  purchaseDate: Text('As in the request.'),
  authenticationResponse: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'The ARes.' })),
  authenticationRequest: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'The AReq, always in EMV spelling.' }))
}, { additionalProperties: true, description: 'ARes and what follows from it' })

/** Answer of `POST /3ds/results`: an RRes, in EMV spelling. */
export const ResultsAnswerSchema = Type.Object({
  messageType: Type.Literal('RRes'),
  messageVersion: Type.String(),
  threeDSServerTransID: Id('The transaction.'),
  acsTransID: Id('As in the ARes.'),
  dsTransID: Id('As in the ARes.'),
  resultsStatus: Type.String({ description: '01 received, 02 no CReq was sent.' })
}, { additionalProperties: true, description: 'RRes' })

/** Answer of `POST /3ds/final`, in EMV spelling. */
export const FinalAnswerSchema = Type.Object({
  transStatus: Type.String({ description: 'Y, N, A, U, R, I or D.' }),
  threeDSServerTransID: Id('The transaction.'),
  eci: Text('Electronic Commerce Indicator.'),
  authenticationValue: Text('Proof of authentication.'),
  resultsRequest: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'The RReq; not after a frictionless flow.' })),
  resultsResponse: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'The RRes; not after a frictionless flow.' }))
}, { additionalProperties: true, description: 'Result' })
