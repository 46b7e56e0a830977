/** @returns a certificate as PEM. @param der X.509 */
export function certificatePem (der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) as string[]
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
