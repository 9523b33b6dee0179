/**
 * What gateways and voice services of the host report of their connections (docs/doors.md#nats): in any order, repeatedly, and to
 * any node. What was closed is remembered for as long as a connection lives without heartbeats, so that what comes late does not
 * bring it back.
 */
import type { RecordWriter } from '../node/recordWriter.js';
import { isNotFound, notFound } from '../presence/errors.js';
import * as gateways from '../presence/gatewayCommands.js';
import type { Clock } from '../presence/ports/clock.js';
import type { ClosedNames } from '../presence/ports/closedNames.js';
import type { Directory } from '../presence/ports/directory.js';
import type { DeviceType, PresenceRecord, Timings } from '../presence/types.js';
import { checkId } from '../presence/validate.js';
import type { OwnPresenceService } from './contract.js';

/** A connection of one user, by the gateway's own name for it. */
export interface GatewayConnection {
  readonly userId: string;
  readonly connectionId: string;
}

export interface OpenedGateway extends GatewayConnection {
  readonly device?: DeviceType | undefined;
  /** The session that it resumes or starts; left out: one called as the connection. */
  readonly sessionId?: string | undefined;
  /** When it opened, in ms since 1970: what is older than a missing heartbeat opens nothing. */
  readonly at?: number | undefined;
}

export interface VoiceSession {
  readonly userId: string;
  readonly sessionId: string;
  /** What the call is called. */
  readonly name?: string | undefined;
}

/**
 * For a caller that the host trusts: no allowance is taken. Each resolves to whether it was still of use. They reject with
 * BAD_USER_INPUT, NOT_FOUND (a user who was deleted) or UNAVAILABLE, after which they may be called again.
 */
export interface GatewayService {
  opened(connection: OpenedGateway): Promise<boolean>;
  closed(connection: GatewayConnection): Promise<boolean>;
  /** Of a connection that nobody knows: it opens. */
  heartbeat(connection: GatewayConnection & { readonly idle?: boolean | undefined }): Promise<boolean>;
  voiceStarted(session: VoiceSession): Promise<boolean>;
  voiceEnded(session: VoiceSession): Promise<boolean>;
  /** A commit of this node: sessions that it ended on purpose are not opened again. Resolves when that is remembered. */
  committed(before: PresenceRecord, after: PresenceRecord): Promise<void>;
}

/** What a call is called that has no name. */
const CALL = 'Call';
const HOST = { kind: 'service', userId: 'gateway' } as const;

const nameOfConnection = (connectionId: string): string => `gateway:${connectionId}`;
const nameOfVoice = (sessionId: string): string => `voice:${sessionId}`;

export const createGatewayService = ({
  records,
  store,
  people,
  presence,
  timings,
}: {
  readonly records: Pick<RecordWriter, 'updateWhenReady'>;
  readonly store: ClosedNames & Clock;
  readonly people: Pick<Directory, 'ensure'>;
  readonly presence: Pick<OwnPresenceService, 'putActivity'>;
  readonly timings: Timings;
}): GatewayService => {
  const { heartbeatTimeoutMs } = timings;
  const remember = (userId: string, name: string) => store.rememberClosed(userId, name, heartbeatTimeoutMs);

  /** A user of whom nothing is known is named by their first connection, as by their first token. */
  const ensureUser = async (userId: string): Promise<void> => {
    if (!(await people.ensure(userId))) throw notFound('There is no such user.');
  };

  const close = ({ userId, connectionId }: GatewayConnection) =>
    records.updateWhenReady(
      userId,
      (before, now) => gateways.closeGateway(before, connectionId, now, timings),
      'closed',
    );

  /** Opens it, unless it was closed; also where another node is told of the close meanwhile. */
  const open = async (
    connection: OpenedGateway & { readonly idle?: boolean | undefined },
    isClosed: boolean,
  ): Promise<boolean> => {
    const { userId, connectionId, sessionId = connectionId, device, idle } = connection;
    const name = nameOfConnection(connectionId);
    if (isClosed) return false;
    const { result } = await records.updateWhenReady(userId, (before, now) =>
      gateways.openGateway(before, { connectionId, sessionId, device, idle }, now, timings),
    );
    if (result === 'closed') {
      await remember(userId, name);
      return false;
    }
    // Whoever closes remembers first, and commits then: one of the two finds the other.
    if (!(await store.isClosed(userId, name))) return true;
    await close(connection);
    return false;
  };

  return {
    async opened(connection) {
      const { userId, connectionId, sessionId, at } = connection;
      checkId(userId, 'user_id');
      checkId(connectionId, 'connection_id');
      if (sessionId !== undefined) checkId(sessionId, 'session_id');
      if (at !== undefined && at < (await store.now()) - heartbeatTimeoutMs) return false;
      await ensureUser(userId);
      return open(connection, await store.isClosed(userId, nameOfConnection(connectionId)));
    },

    async closed(connection) {
      const { userId, connectionId } = connection;
      checkId(userId, 'user_id');
      checkId(connectionId, 'connection_id');
      await remember(userId, nameOfConnection(connectionId));
      const { result } = await close(connection);
      return result === 'held';
    },

    async heartbeat({ userId, connectionId, idle }) {
      checkId(userId, 'user_id');
      checkId(connectionId, 'connection_id');
      const beat = () =>
        records.updateWhenReady(userId, (before, now) =>
          gateways.gatewayHeartbeat(before, { connectionId, idle }, now, timings),
        );
      const { result } = await beat().catch(async (error: unknown) => {
        // Only a user of whom nothing is live may be unknown: the others are not looked for with every heartbeat.
        if (!isNotFound(error)) throw error;
        await ensureUser(userId);
        return beat();
      });
      if (result === 'held') return true;
      const name = nameOfConnection(connectionId);
      const isClosed = result === 'closed' || (await store.isClosed(userId, name));
      // It goes on sending, so it goes on being closed.
      if (isClosed) await remember(userId, name);
      return open({ userId, connectionId, idle }, isClosed);
    },

    async voiceStarted({ userId, sessionId, name = CALL }) {
      const source = nameOfVoice(sessionId);
      checkId(userId, 'user_id');
      checkId(source, 'session_id');
      if (await store.isClosed(userId, source)) return false;
      const call = { type: 'IN_CALL', name, details: null, startedAt: null, expiresAt: null } as const;
      await presence.putActivity(HOST, userId, source, [call]);
      if (!(await store.isClosed(userId, source))) return true;
      await presence.putActivity(HOST, userId, source, []);
      return false;
    },

    async voiceEnded({ userId, sessionId }) {
      const source = nameOfVoice(sessionId);
      checkId(userId, 'user_id');
      checkId(source, 'session_id');
      await remember(userId, source);
      return presence.putActivity(HOST, userId, source, []);
    },

    async committed(before, after) {
      const revoked = gateways.revokedGateways(before, after);
      await Promise.all(revoked.map((connectionId) => remember(after.userId, nameOfConnection(connectionId))));
    },
  };
};
