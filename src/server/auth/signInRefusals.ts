import { errors } from 'jose';
import { PresenceError } from '../../presence/errors.js';

/** Why a sign-in was refused: for the log and the counters. Clients always receive the same UNAUTHENTICATED. */
export type SignInRefusal =
  | 'no token'
  | 'malformed'
  | 'algorithm'
  | 'unknown key'
  | 'signature'
  | 'expired'
  | 'not yet valid'
  | 'issuer'
  | 'audience'
  | 'claims'
  | 'deleted user'
  | 'origin';

/** A token refused by this server's own rules rather than by jose. */
export class Refused extends Error {
  constructor(readonly reason: SignInRefusal) {
    super(reason);
  }
}

const CLAIM_REFUSALS: Readonly<Record<string, SignInRefusal>> = {
  iss: 'issuer',
  aud: 'audience',
  nbf: 'not yet valid',
};

/** The reason of an error that verifying a token threw. */
export const reasonOf = (error: unknown): SignInRefusal => {
  if (error instanceof Refused) return error.reason;
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return CLAIM_REFUSALS[error.claim] ?? 'claims';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  // The `sub` is no valid id.
  return error instanceof PresenceError ? 'claims' : 'malformed';
};

/** Whether an error concerns the token, rather than an unavailable key set. */
export const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWTExpired ||
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey;
