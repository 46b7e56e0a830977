/**
 * Elements of an AReq on its way from the 3DS Server to the DS, versions 2.1.0 to 2.3.1. What only the DS → ACS leg
 * carries (`dsTransID`, `dsURL`, `deviceInfo` …) is not among them. Elements of a later version are carried along: a
 * receiver tolerates what its version does not know (emv3ds-protocol §3.6).
 */
export const AREQ_ELEMENTS: readonly string[] = [
  'acceptLanguage', 'acctID', 'acctInfo', 'acctNumber', 'acctType', 'acquirerBIN', 'acquirerCountryCode',
  'acquirerCountryCodeSource', 'acquirerMerchantID', 'addrMatch', 'appIp', 'billAddrCity', 'billAddrCountry',
  'billAddrLine1', 'billAddrLine2', 'billAddrLine3', 'billAddrPostCode', 'billAddrState', 'broadInfo',
  'browserAcceptHeader', 'browserColorDepth', 'browserIP', 'browserJavaEnabled', 'browserJavascriptEnabled',
  'browserLanguage', 'browserScreenHeight', 'browserScreenWidth', 'browserTZ', 'browserUserAgent', 'cardExpiryDate',
  'cardholderName', 'cardSecurityCode', 'cardSecurityCodeStatus', 'cardSecurityCodeStatusSource', 'defaultSdkType',
  'deviceBindingStatus', 'deviceBindingStatusSource', 'deviceChannel', 'deviceId', 'deviceRenderOptions', 'email',
  'homePhone', 'mcc', 'merchantCountryCode', 'merchantName', 'merchantRiskIndicator', 'messageCategory',
  'messageExtension', 'messageType', 'messageVersion', 'mobilePhone', 'multiTransaction', 'notificationURL',
  'payeeOrigin', 'payTokenInd', 'payTokenInfo', 'payTokenSource', 'purchaseAmount', 'purchaseCurrency',
  'purchaseDate', 'purchaseExponent', 'purchaseInstalData', 'recurringAmount', 'recurringCurrency', 'recurringDate',
  'recurringExpiry', 'recurringExponent', 'recurringFrequency', 'recurringInd', 'sdkAppID', 'sdkEncData',
  'sdkEphemPubKey', 'sdkMaxTimeout', 'sdkReferenceNumber', 'sdkServerSignedContent', 'sdkTransID', 'sdkType',
  'sellerInfo', 'shipAddrCity', 'shipAddrCountry', 'shipAddrLine1', 'shipAddrLine2', 'shipAddrLine3',
  'shipAddrPostCode', 'shipAddrState', 'spcIncompInd', 'splitSdkType', 'taxId', 'threeDSCompInd', 'threeDSMethodId',
  'threeDSRequestorAuthenticationInd', 'threeDSRequestorAuthenticationInfo', 'threeDSRequestorChallengeInd',
  'threeDSRequestorDecMaxTime', 'threeDSRequestorDecReqInd', 'threeDSRequestorID', 'threeDSRequestorName',
  'threeDSRequestorPriorAuthenticationInfo', 'threeDSRequestorSpcSupport', 'threeDSRequestorURL',
  'threeDSServerOperatorID', 'threeDSServerRefNumber', 'threeDSServerTransID', 'threeDSServerURL', 'threeRIInd',
  'transType', 'trustListStatus', 'trustListStatusSource', 'userId', 'whiteListStatus', 'whiteListStatusSource',
  'workPhone'
]
