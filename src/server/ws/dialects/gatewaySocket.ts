/** What the gateway dialect says at `/gateway` (docs/doors.md#sockets-of-the-dialects). Pure. */
import { gatewayUpdate } from '../../../doors/dialects/gateway.js';
import type { Dialect } from './dialect.js';

/** What a message is, by its `op`. */
const OP = { HEARTBEAT: 1, PRESENCE_UPDATE: 3, TYPING_START: 8, HEARTBEAT_ACK: 11 } as const;

const ACK = Object.freeze({ op: OP.HEARTBEAT_ACK, d: null });

const isHeartbeat = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'op' in message && message.op === OP.HEARTBEAT;

export const GATEWAY_SOCKET: Dialect = {
  initial: null,
  presence: (view) => ({ op: OP.PRESENCE_UPDATE, t: 'PRESENCE_UPDATE', d: gatewayUpdate(view) }),
  typing: ({ userId, conversationId, isTyping }, now) =>
    isTyping
      ? {
          op: OP.TYPING_START,
          t: 'TYPING_START',
          d: { channel_id: conversationId, user_id: userId, timestamp: Math.floor(now / 1_000) },
        }
      : null,
  answer: (message) => (isHeartbeat(message) ? ACK : null),
  expected: 'Unknown message: send heartbeats, {"op":1,"d":null}, and nothing else.',
  heartbeats: true,
};
