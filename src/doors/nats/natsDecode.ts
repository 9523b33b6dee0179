/** What came over NATS, read purely (docs/doors.md#nats). */
import { badInput } from '../../presence/errors.js';
import { DEVICES, type DeviceType } from '../../presence/types.js';
import { checkId, checkText } from '../../presence/validate.js';
import type { GatewayConnection, OpenedGateway, VoiceSession } from '../../service/gatewayService.js';
import type { InKind } from './natsSubjects.js';

/** Bytes of one message: several times what all of its fields may have. */
export const MAX_MESSAGE_BYTES = 8_192;
/** An activity's name is at most as long. */
const MAX_NAME = 128;

export type NatsEvent =
  | ({ readonly kind: 'opened' } & OpenedGateway)
  | ({ readonly kind: 'closed' } & GatewayConnection)
  | ({ readonly kind: 'heartbeat'; readonly idle?: boolean | undefined } & GatewayConnection)
  | ({ readonly kind: 'voiceStarted' | 'voiceEnded' } & VoiceSession);

type Fields = Readonly<Record<string, unknown>>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const fieldsOf = (bytes: Uint8Array): Fields => {
  if (bytes.length > MAX_MESSAGE_BYTES) throw badInput(`The message has ${bytes.length} bytes.`);
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    throw badInput('The message is no JSON in UTF-8.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badInput('The message is no object.');
  return value as Fields;
};

/** Null is as good as nothing, which many encoders write for it. */
const optional = <T>(fields: Fields, name: string, read: (value: unknown, name: string) => T): T | undefined =>
  fields[name] === undefined || fields[name] === null ? undefined : read(fields[name], name);

/** An id; a number is taken for its digits. */
const idOf = (value: unknown, name: string): string => {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') throw badInput(`${name} is no id.`);
  return checkId(value, name);
};

const deviceOf = (value: unknown, name: string): DeviceType => {
  if (typeof value !== 'string') throw badInput(`${name} is no text.`);
  return DEVICES.find((device) => device === value.toUpperCase()) ?? 'UNKNOWN';
};

/** ISO 8601, or milliseconds since 1970. */
const instantOf = (value: unknown, name: string): number => {
  const at = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof at !== 'number' || !Number.isFinite(at)) throw badInput(`${name} is no instant.`);
  return at;
};

const flagOf = (value: unknown, name: string): boolean => {
  if (typeof value !== 'boolean') throw badInput(`${name} is neither true nor false.`);
  return value;
};

const textOf = (value: unknown, name: string): string => {
  if (typeof value !== 'string') throw badInput(`${name} is no text.`);
  return checkText(value, name, { max: MAX_NAME });
};

const connectionOf = (fields: Fields): GatewayConnection => ({
  userId: idOf(fields.user_id, 'user_id'),
  connectionId: idOf(fields.connection_id, 'connection_id'),
});

const voiceOf = (fields: Fields): VoiceSession => {
  optional(fields, 'channel_id', idOf);
  return {
    userId: idOf(fields.user_id, 'user_id'),
    sessionId: idOf(fields.session_id, 'session_id'),
    // A name that is empty is none.
    name: optional(fields, 'name', textOf) || undefined,
  };
};

const READ: { readonly [K in InKind]: (fields: Fields) => NatsEvent } = {
  opened: (fields) => ({
    kind: 'opened',
    ...connectionOf(fields),
    device: optional(fields, 'device', deviceOf),
    sessionId: optional(fields, 'session_id', idOf),
    at: optional(fields, 'at', instantOf),
  }),
  closed: (fields) => ({ kind: 'closed', ...connectionOf(fields) }),
  heartbeat: (fields) => ({ kind: 'heartbeat', ...connectionOf(fields), idle: optional(fields, 'idle', flagOf) }),
  voiceStarted: (fields) => ({ kind: 'voiceStarted', ...voiceOf(fields) }),
  voiceEnded: (fields) => ({ kind: 'voiceEnded', ...voiceOf(fields) }),
};

/** Reads a message. Throws BAD_USER_INPUT for one that is malformed; fields beside those of the table do not matter. */
export const decodeEvent = (kind: InKind, bytes: Uint8Array): NatsEvent => READ[kind](fieldsOf(bytes));
