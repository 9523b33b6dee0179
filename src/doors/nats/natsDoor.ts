/** The door to NATS (docs/doors.md#nats): commits, typing and notices go out; gateways and voice services come in. */
import { withTimeout } from '../../async/timeout.js';
import type { PresenceRecord } from '../../presence/types.js';
import type { GatewayService } from '../../service/gatewayService.js';
import type { DueNotice } from '../../social/ports/trays.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { Outages } from '../../telemetry/outages.js';
import { openConnection } from './natsConnection.js';
import {
  activityMessage,
  changesActivity,
  changesStatus,
  noticeMessage,
  statusMessage,
  statusWord,
} from './natsEncode.js';
import { createReceiver } from './natsReceiver.js';
import { createSender } from './natsSender.js';
import { IN_KINDS, IN_SUBJECTS, type InKind, OUT_SUBJECTS } from './natsSubjects.js';
import type { ReadAnew } from './pendingMessages.js';

/** All nodes share what comes in. */
const QUEUE_GROUP = 'rollcall';
/** How long each step of a stop takes at the most: for what came in, for what waits, and for letting go. */
const FINISH_WITHIN_MS = 1_500;
const CLOSE_WITHIN_MS = 500;

export interface NatsDoor {
  /** This node committed a change. Waits for nothing, and never throws. */
  committed(before: PresenceRecord, after: PresenceRecord): void;
  /** This node dropped the live record of a user who was deleted: the record before, and as all that is over. */
  userDeleted(before: PresenceRecord, after: PresenceRecord): void;
  /** A user who is seen live began to type. */
  typingStarted(conversationId: string, userId: string): void;
  noticesDue(due: readonly DueNotice[]): void;
  /** Nothing comes in any more. Resolves when what came is applied, within 2 s, and never rejects. */
  refuse(): Promise<void>;
  /** Tells what waits, and lets go. Resolves within 2 s, and never rejects. */
  stop(): Promise<void>;
}

/** Opens it. It connects in the background, whether or not NATS is there. */
export const openNatsDoor = ({
  servers,
  prefix,
  service,
  readAnew,
  metrics,
  outages,
}: {
  readonly servers: readonly string[];
  /** Stands before every subject, with a dot at its end; or empty. */
  readonly prefix: string;
  readonly service: GatewayService;
  readonly readAnew: ReadAnew;
  readonly metrics: Pick<Metrics, 'natsPublished' | 'natsDropped' | 'natsReceived' | 'readNats'>;
  readonly outages: Outages;
}): NatsDoor => {
  const kindOf = new Map<string, InKind>(IN_KINDS.map((kind) => [`${prefix}${IN_SUBJECTS[kind]}`, kind]));
  const receiver = createReceiver({
    service,
    onReceived: (kind, outcome) => metrics.natsReceived(IN_SUBJECTS[kind], outcome),
    onMalformed: outages.failures('reading a message of NATS', 'it is dropped'),
    onError: outages.failures('applying a message of NATS', 'it is dropped'),
  });
  const link = openConnection({
    servers,
    queue: QUEUE_GROUP,
    subjects: [...kindOf.keys()],
    onMessage: (subject, bytes) => receiver.receive(kindOf.get(subject)!, bytes),
    onUp: () => sender.up(),
    onDown: () => sender.down(),
    outage: outages.of('NATS'),
    onError: outages.failures('what NATS was asked'),
  });
  const sender = createSender({
    link,
    prefix,
    readAnew,
    onPublished: (kind) => metrics.natsPublished(OUT_SUBJECTS[kind]),
    onDropped: (kind) => metrics.natsDropped(OUT_SUBJECTS[kind]),
    onError: outages.failures('telling over NATS'),
  });
  metrics.readNats(() => ({ connected: link.isUp, kept: sender.kept }));
  const onForgotten = outages.failures('remembering that a session was ended');

  const finish = async (work: Promise<void>): Promise<void> => {
    await withTimeout(work, FINISH_WITHIN_MS, () => new Error('NATS does not take what waits.')).catch(() => {});
  };

  const tell = (before: PresenceRecord, after: PresenceRecord, last?: PresenceRecord): void => {
    const { userId } = after;
    if (changesStatus(before, after)) {
      const from = statusWord(before);
      sender.tell({ kind: 'status', userId, from, last }, statusMessage(after, from));
    }
    if (changesActivity(before, after)) sender.tell({ kind: 'activity', userId, last }, activityMessage(after));
  };

  return {
    committed(before, after) {
      tell(before, after);
      service.committed(before, after).catch(onForgotten);
    },
    userDeleted: (before, after) => tell(before, after, after),
    // Read first: whoever hides meanwhile is not told of.
    typingStarted: (conversationId, userId) => sender.tell({ kind: 'typing', userId, conversationId }, null),
    noticesDue(due) {
      for (const each of due) {
        const { userId, id, position } = each.notice;
        sender.tell({ kind: 'notice', userId, id, position }, noticeMessage(each));
      }
    },
    async refuse() {
      link.unsubscribe();
      await finish(receiver.lanes.idle());
    },
    async stop() {
      await finish(sender.settled());
      await link.stop(CLOSE_WITHIN_MS);
    },
  };
};
