import { badInput } from '../../presence/errors.js';
import { DEVICES, type DeviceType } from '../../presence/types.js';
import { checkId } from '../../presence/validate.js';

/** The `connectionParams` other than the token. */
export interface ConnectParams {
  /** False for a connection that takes no session and stays unseen. */
  readonly presence: boolean;
  readonly sessionId: string | null;
  readonly device: DeviceType | null;
}

/** What is missing or null takes its default. Throws BAD_USER_INPUT. */
export const readConnectParams = (params: Readonly<Record<string, unknown>> = {}): ConnectParams => {
  const presence = params.presence ?? true;
  const sessionId = params.sessionId ?? null;
  const device = params.device ?? null;
  if (typeof presence !== 'boolean') throw badInput('connectionParams.presence must be true or false.');
  if (sessionId !== null && typeof sessionId !== 'string')
    throw badInput('connectionParams.sessionId must be a string.');
  const known = DEVICES.find((each) => each === device) ?? null;
  if (device !== null && known === null) {
    throw badInput(`connectionParams.device must be one of ${DEVICES.join(', ')}.`);
  }
  return {
    presence,
    sessionId: sessionId === null ? null : checkId(sessionId, 'connectionParams.sessionId'),
    device: known,
  };
};
