import type { MessageVersion } from './versions.ts'

export type { MessageVersion }

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json }

/** A JSON object as it came over the wire. */
export type JsonObject = { [member: string]: Json }

/** The messages of EMV 3-D Secure by the value of `messageType`. */
export const MESSAGE_TYPES = ['AReq', 'ARes', 'CReq', 'CRes', 'RReq', 'RRes', 'PReq', 'PRes', 'OReq', 'ORes', 'Erro'] as const
export type MessageType = typeof MESSAGE_TYPES[number]

/** 01 app, 02 browser, 03 3RI. */
export type DeviceChannel = '01' | '02' | '03'
/** emv3ds-protocol §6. */
export type TransStatus = 'Y' | 'N' | 'U' | 'A' | 'R' | 'C' | 'D' | 'I' | 'S'
/** How a challenge can end; D is the fallback to decoupled (2.3.1). */
export type FinalTransStatus = 'Y' | 'N' | 'U' | 'A' | 'R' | 'D'

/** Public half of a P-256 key as EMV carries it: base64url coordinates, 43 characters each. */
export interface PublicJwk { kty: 'EC', crv: 'P-256', x: string, y: string }

/** Authentication request, EMV names; elements not named here are carried along untouched. */
export interface AReq {
  messageType: 'AReq'
  messageVersion: MessageVersion
  threeDSServerTransID: string
  deviceChannel: DeviceChannel
  /** 01 payment, 02 non-payment. */
  messageCategory: string
  acctNumber: string
  threeDSRequestorChallengeInd?: string | string[]
  notificationURL?: string
  merchantName?: string
  purchaseAmount?: string
  purchaseCurrency?: string
  purchaseExponent?: string
  purchaseDate?: string
  sdkTransID?: string
  sdkReferenceNumber?: string
  sdkEphemPubKey?: PublicJwk
  deviceRenderOptions?: JsonObject
  [element: string]: Json | undefined | PublicJwk
}

/** Authentication response, EMV names. */
export interface ARes {
  messageType: 'ARes'
  messageVersion: MessageVersion
  threeDSServerTransID: string
  acsTransID: string
  dsTransID: string
  acsReferenceNumber: string
  acsOperatorID?: string
  dsReferenceNumber: string
  transStatus: TransStatus
  transStatusReason?: string
  acsChallengeMandated?: string
  authenticationType?: string
  eci?: string
  authenticationValue?: string
  acsURL?: string
  acsSignedContent?: string
  sdkTransID?: string
  [element: string]: Json | undefined
}

/** Results request, EMV names: what the ACS (or a test that plays it) says about a finished challenge. */
export interface RReq {
  messageType: 'RReq'
  messageVersion: string
  threeDSServerTransID: string
  acsTransID: string
  dsTransID: string
  transStatus: string
  sdkTransID?: string | null
  messageCategory?: string
  eci?: string
  authenticationValue?: string
  transStatusReason?: string
  challengeCancel?: string
  interactionCounter?: string
  [element: string]: Json | undefined
}

/** Results response, EMV names. */
export interface RRes {
  messageType: 'RRes'
  messageVersion: string
  threeDSServerTransID: string
  acsTransID: string
  dsTransID: string
  sdkTransID?: string | null
  resultsStatus: string
}
