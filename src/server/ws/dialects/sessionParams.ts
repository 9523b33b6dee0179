import { badInput } from '../../../presence/errors.js';
import { DEVICES } from '../../../presence/types.js';
import { checkId } from '../../../presence/validate.js';
import type { ConnectParams } from '../connectParams.js';

/** `?session_id=` and `?device=` of an upgrade. What is missing or empty takes its default. Throws BAD_USER_INPUT. */
export const readSessionParams = ({ searchParams }: URL): ConnectParams => {
  const sessionId = searchParams.get('session_id') || null;
  const device = searchParams.get('device')?.toUpperCase() || null;
  const known = DEVICES.find((each) => each === device) ?? null;
  if (device !== null && known === null) throw badInput(`device must be one of ${DEVICES.join(', ').toLowerCase()}.`);
  return { presence: true, sessionId: sessionId === null ? null : checkId(sessionId, 'session_id'), device: known };
};
