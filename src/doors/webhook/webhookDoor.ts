/** The webhook to the host (docs/doors.md#webhooks): states by their marks, and what happened once by the outbox. */
import { every } from '../../async/loop.js';
import type { DuePlace } from '../../node/dueAnew.js';
import type { EventOutbox } from '../../social/ports/eventOutbox.js';
import type { DueNotice } from '../../social/ports/trays.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { Outages } from '../../telemetry/outages.js';
import type { StateSenderOptions } from '../states/sending.js';
import { startStateSender } from '../states/stateSender.js';
import { startEventSender } from './eventSender.js';
import { presenceChanged } from './webhookEvents.js';
import { createPost } from './webhookRequests.js';

const SWEEP_MS = 60_000;
/** Events are told within a day, or never; and so many wait at most. */
const KEPT = { maxAgeMs: 24 * 3_600_000, max: 100_000, limit: 1_000 };
/** Due notices of this node that wait for the database. */
const MAX_PENDING = 1_000;
const WRITE_EVERY_MS = 1_000;

export const openWebhookDoor = ({
  url,
  secrets,
  outbox,
  dueAnew,
  metrics,
  outages,
  ...states
}: Pick<StateSenderOptions, 'marks' | 'toldLive' | 'readRecords' | 'people'> & {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly outbox: EventOutbox;
  readonly dueAnew: (due: readonly DuePlace[]) => Promise<readonly DueNotice[]>;
  readonly metrics: Pick<Metrics, 'webhookSent' | 'webhookFailed' | 'webhookDropped' | 'readWebhook'>;
  readonly outages: Outages;
}) => {
  const post = createPost({ url, secrets });
  const webhook = outages.of('the webhook');
  const onFailed = (error: unknown) => {
    metrics.webhookFailed();
    webhook.failed(error);
  };
  const onError = outages.failures('telling the webhook');
  const sender = startStateSender({
    ...states,
    consumer: 'webhook',
    async send(sent, signal) {
      await post(sent.map(presenceChanged), signal);
      webhook.worked();
      return {};
    },
    onFailed,
    onError,
    onSent: (count) => metrics.webhookSent('state', count),
  });
  metrics.readWebhook(() => sender);
  const events = startEventSender({
    outbox,
    people: states.people,
    marks: states.marks,
    dueAnew,
    post,
    onSent(count) {
      metrics.webhookSent('event', count);
      webhook.worked();
    },
    onFailed,
    onError,
  });

  /** Due notices that are not in the outbox yet. */
  let pending: DueNotice[] = [];
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    while (pending.length > 0) {
      const some = pending.slice(0, KEPT.limit);
      await outbox.add(
        some.map(({ notice: { userId, id: noticeId, position } }) => ({
          kind: 'notice.due',
          userId,
          noticeId,
          position,
        })),
      );
      pending = pending.slice(some.length);
    }
  };
  const writeInTurn = () => {
    writing = writing.then(write);
    return writing.catch((error: unknown) => {
      writing = Promise.resolve();
      onError(error);
    });
  };
  // What the database did not take is written later.
  const rewriting = every(WRITE_EVERY_MS, writeInTurn, onError);
  const sweeping = every(
    SWEEP_MS,
    async (stopped) => {
      for (let gone = KEPT.limit; gone === KEPT.limit && !stopped.aborted; ) {
        gone = await outbox.sweep(KEPT);
        metrics.webhookDropped(gone);
      }
    },
    onError,
  );

  return {
    noticesDue(due: readonly DueNotice[]): void {
      const room = MAX_PENDING - pending.length;
      pending.push(...due.slice(0, room));
      if (due.length > room) metrics.webhookDropped(due.length - room);
      void writeInTurn();
    },
    async stop(): Promise<void> {
      await Promise.all([sender.stop(), events.stop(), rewriting.stop(), sweeping.stop(), writeInTurn()]);
    },
  };
};
