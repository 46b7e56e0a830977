/** ECI and authentication value, as far as a status has them (emv3ds-protocol §8). */
export interface Proof {
  eci?: string
  authenticationValue?: string
}
