/** What a client does after its connection ended, by the code of the close frame (docs/semantics.md, "Close codes"). */
import { type PresenceError, presenceError } from './errors.js';
import type { WireEnd } from './wire.js';

/** The token is missing, invalid or expired. */
const FORBIDDEN = 4403;
/** What another attempt would only repeat: 1009 a message too long, 4400 the parameters, 4401 the order of messages, 4406 the protocol, 4409 an id. */
const FAULTS_OF_THE_PROGRAM: readonly (number | undefined)[] = [1009, 4400, 4401, 4406, 4409];
const TOO_MANY = 4429;

export interface AfterClose {
  /** `retry`: wait and connect; `renew`: connect with a new token; `stop`: not without being told. */
  readonly next: 'retry' | 'renew' | 'stop';
  readonly error: PresenceError;
}

export const afterClose = ({ code, reason }: WireEnd): AfterClose => {
  const said = `The server closed the connection (${code}): ${reason || 'no reason was given'}`;
  const as = (errorCode: string) => presenceError(errorCode, code ? said : 'The connection failed.');
  if (code === FORBIDDEN) return { next: 'renew', error: as('UNAUTHENTICATED') };
  if (FAULTS_OF_THE_PROGRAM.includes(code)) return { next: 'stop', error: as('BAD_USER_INPUT') };
  return { next: 'retry', error: as(code === TOO_MANY ? 'RATE_LIMITED' : 'UNAVAILABLE') };
};
