/** What a client does after its connection ended, by the code of the close frame (docs/semantics.md, "Close codes"). */
import { type PresenceError, presenceError } from './errors.js';
import type { WireEnd } from './wire.js';

/** The token is missing, invalid or expired. */
const FORBIDDEN = 4403;
/** What another attempt would only repeat: 4400 the parameters, 4401 the order of messages, 4406 the protocol, 4409 an id. */
const FAULTS_OF_THE_PROGRAM = [4400, 4401, 4406, 4409];
const TOO_MANY = 4429;

export interface AfterClose {
  /** `retry`: wait and connect; `renew`: connect with a new token; `stop`: not without being told. */
  readonly next: 'retry' | 'renew' | 'stop';
  readonly error: PresenceError;
}

export const afterClose = ({ code, reason }: WireEnd): AfterClose => {
  const said = reason || 'no reason was given';
  if (code === FORBIDDEN) {
    return { next: 'renew', error: presenceError('UNAUTHENTICATED', `The server refused the token: ${said}`) };
  }
  if (code !== undefined && FAULTS_OF_THE_PROGRAM.includes(code)) {
    return { next: 'stop', error: presenceError('BAD_USER_INPUT', `The server refused the client (${code}): ${said}`) };
  }
  if (code === TOO_MANY) {
    return { next: 'retry', error: presenceError('RATE_LIMITED', `The server refused the connection: ${said}`) };
  }
  const what = code === undefined ? 'The connection failed.' : `The connection was closed (${code}): ${said}`;
  return { next: 'retry', error: presenceError('UNAVAILABLE', what) };
};
