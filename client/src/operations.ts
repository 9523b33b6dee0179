/** Queries, mutations and subscriptions over whichever connection there is. */
import { backoffMs } from './backoff.js';
import { errorOfAnswer, isTemporary, type PresenceError, presenceError, waitOf } from './errors.js';
import { bytesOf, MAX_MESSAGE_BYTES, type Operation, TOO_LONG, type Wire } from './wire.js';

/** Requests that wait for an answer, and that wait to be sent. */
const MAX_RUNNING = 100;
const MAX_WAITING = 100;
const MAX_WAITING_BYTES = 1024 * 1024;

interface Request {
  readonly operation: Operation;
  readonly bytes: number;
  /** There is one where it may be sent again if it is not known whether it ran; of the same topic the later one holds. */
  topic?: string | undefined;
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: PresenceError) => void;
}

interface Subscription {
  readonly operation: Operation;
  readonly onData: (data: never) => void;
  readonly onRefused: (error: PresenceError) => void;
  stop?: (() => void) | undefined;
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** Refusals in a row. */
  refusals: number;
}

const disconnected = () => presenceError('DISCONNECTED', 'The connection was lost before the answer.');

export class Operations {
  private wire: Wire | undefined;
  private over: PresenceError | undefined;
  private readonly subscriptions = new Set<Subscription>();
  private readonly running = new Set<Request>();
  private waiting: Request[] = [];
  private waitingBytes = 0;

  get isUp(): boolean {
    return this.wire !== undefined;
  }

  /** A connection is there: subscriptions start, with their snapshots, and then what waits is sent. */
  up(wire: Wire): void {
    this.wire = wire;
    for (const subscription of [...this.subscriptions]) this.begin(subscription);
    this.sendWaiting();
  }

  /** The connection is gone. What may run twice waits for the next; everything else fails with DISCONNECTED. */
  down(error: PresenceError = disconnected()): void {
    this.wire = undefined;
    for (const subscription of this.subscriptions) {
      this.halt(subscription);
      subscription.refusals = 0;
    }
    const lost = [...this.running];
    this.running.clear();
    const again = lost.filter(({ topic }) => topic);
    this.waiting = [...again, ...this.waiting];
    for (const { bytes } of again) this.waitingBytes += bytes;
    for (const request of lost) if (!request.topic) request.reject(error);
  }

  /** Fails what waits: there will be no connection soon. */
  rejectWaiting(error: PresenceError): void {
    const rejected = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const { reject } of rejected) reject(error);
  }

  /** Nothing is sent or received any more; everything fails with `error`. */
  end(error: PresenceError): void {
    this.over = error;
    for (const subscription of this.subscriptions) this.halt(subscription);
    this.subscriptions.clear();
    this.down(error);
    this.rejectWaiting(error);
  }

  /** Sends now, over the present connection. Rejects with DISCONNECTED where there is none. */
  send<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
    return new Promise((resolve, reject) => {
      if (!this.wire) return reject(this.over ?? disconnected());
      const operation = { query, variables };
      this.run({ operation, bytes: 0, resolve: resolve as (data: unknown) => void, reject });
    });
  }

  /**
   * Sends as soon as there is a connection. With a `topic` it is sent again where its answer was lost, unless a later one of
   * that topic was answered, which it would undo.
   */
  request<Data>(query: string, variables: Record<string, unknown>, topic?: string): Promise<Data> {
    return new Promise((resolve, reject) => {
      if (this.over) return reject(this.over);
      const operation = { query, variables };
      const bytes = bytesOf(operation);
      if (bytes > MAX_MESSAGE_BYTES) return reject(errorOfAnswer(TOO_LONG));
      const full = this.waiting.length >= MAX_WAITING || this.waitingBytes + bytes > MAX_WAITING_BYTES;
      const mayRun = this.wire && this.running.size < MAX_RUNNING;
      if (!mayRun && full) {
        return reject(presenceError('QUEUE_FULL', 'Too many operations wait.'));
      }
      this.waiting.push({ operation, bytes, topic, resolve: resolve as (data: unknown) => void, reject });
      this.waitingBytes += bytes;
      this.sendWaiting();
    });
  }

  /**
   * Subscribes over this connection and every later one, until the function returned is called. `onRefused` is told of
   * each refusal; where it may pass the subscription is tried again, otherwise with the next connection.
   */
  subscribe<Data>(
    query: string,
    variables: Record<string, unknown>,
    onData: (data: Data) => void,
    onRefused: (error: PresenceError) => void,
  ): () => void {
    const subscription: Subscription = {
      operation: { query, variables },
      onData,
      onRefused,
      refusals: 0,
    };
    if (this.over) return () => {};
    this.subscriptions.add(subscription);
    this.begin(subscription);
    return () => {
      this.subscriptions.delete(subscription);
      this.halt(subscription);
    };
  }

  private begin(subscription: Subscription): void {
    this.halt(subscription);
    if (!this.wire) return;
    const refused = (error: PresenceError) => {
      if (!this.subscriptions.has(subscription)) return;
      this.halt(subscription);
      if (isTemporary(error)) {
        const waitMs = waitOf(error) + backoffMs(subscription.refusals++, Math.random());
        subscription.timer = setTimeout(() => this.begin(subscription), waitMs);
      }
      subscription.onRefused(error);
    };
    subscription.stop = this.wire.start(subscription.operation, {
      next: ({ data, errors }) => {
        if (errors) return refused(errorOfAnswer(errors));
        subscription.refusals = 0;
        subscription.onData(data as never);
      },
      end: (errors) =>
        refused(errors ? errorOfAnswer(errors) : presenceError('UNAVAILABLE', 'The subscription ended.')),
    });
  }

  private halt(subscription: Subscription): void {
    clearTimeout(subscription.timer);
    subscription.stop?.();
    subscription.stop = undefined;
  }

  private sendWaiting(): void {
    while (this.wire && this.running.size < MAX_RUNNING) {
      const next = this.waiting.shift();
      if (!next) return;
      this.waitingBytes -= next.bytes;
      this.run(next);
    }
  }

  private run(request: Request): void {
    this.running.add(request);
    const settle = (act: () => void) => {
      if (!this.running.delete(request)) return;
      act();
      this.sendWaiting();
    };
    let answered = false;
    const stop = this.wire?.start(request.operation, {
      next: ({ data, errors }) => {
        // Nobody hears a second result, such as a subscription's.
        if (answered) return stop?.();
        answered = true;
        // What was sent earlier about the same is not sent again.
        for (const earlier of errors ? [] : this.running) {
          if (earlier === request) break;
          if (earlier.topic === request.topic) earlier.topic = undefined;
        }
        settle(() => {
          if (errors) request.reject(errorOfAnswer(errors));
          else request.resolve(data);
        });
      },
      end: (errors) => {
        settle(() => {
          request.reject(errors ? errorOfAnswer(errors) : presenceError('UNAVAILABLE', 'No answer.'));
        });
      },
    });
  }
}
