/** A server in memory that speaks graphql-transport-ws as a test tells it, and keeps what was said to it. */

/** One operation that a client started. */
export interface FakeOperation {
  /** The field that is asked for: `presenceChanged`, `setPresence`. */
  readonly field: string;
  /** The document. */
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** Whether it still runs: neither end has completed it, and its socket is open. */
  readonly isLive: boolean;
  /** Answers with the value of the field; a subscription goes on. */
  next(value: unknown): void;
  /** Answers a query or mutation, and completes it. */
  answer(value: unknown): void;
  /** Refuses it. */
  fail(code: string, extensions?: Record<string, unknown>): void;
  complete(): void;
}

export interface FakeSocket {
  /** What came with `connection_init`. */
  readonly params: Record<string, unknown> | undefined;
  readonly isOpen: boolean;
  /** The code with which the client closed it. */
  readonly closedBy: number | undefined;
  /** Closes it as the server does. */
  close(code: number, reason?: string): void;
  /** Breaks it off, without a close frame. */
  drop(): void;
  /** From now on nothing gets through, and neither side knows. */
  mute(): void;
}

/** Answers an operation as soon as it comes; what has no handler waits for the test. */
type Handler = (operation: FakeOperation) => void;

export interface FakeServer {
  readonly webSocketImpl: unknown;
  readonly sockets: readonly FakeSocket[];
  readonly operations: readonly FakeOperation[];
  /** What a connection meets: an acknowledgement, a refusal of the socket, silence, or a close code before the acknowledgement. */
  mode: 'accept' | 'refuse' | 'silent' | number;
  readonly handlers: Map<string, Handler>;
  /** The socket that was opened last. */
  readonly last: FakeSocket;
  /** The operations of a field that run. */
  live(field: string): FakeOperation[];
  /** All operations of a field, ever. */
  all(field: string): FakeOperation[];
  /** The newest operation of a field. */
  newest(field: string): FakeOperation;
}

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: {
    readonly query?: string;
    readonly variables?: Record<string, unknown>;
    readonly sessionId?: unknown;
  };
}

export const createFakeServer = (): FakeServer => {
  const sockets: (FakeSocket & { readonly url: string })[] = [];
  const operations: FakeOperation[] = [];
  const handlers = new Map<string, Handler>([
    // Who entered stays, unless a test says otherwise.
    [
      'heartbeat',
      (operation) =>
        operation.answer({ intervalSeconds: 30, places: server.all('enter').map(({ variables }) => variables.id) }),
    ],
    ['setTyping', (operation) => operation.answer({ isTyping: operation.variables.isTyping })],
  ]);

  class Socket {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readyState = 0;
    onopen?: () => void;
    onerror?: (event: unknown) => void;
    onclose?: (event: unknown) => void;
    onmessage?: (event: { data: string }) => void;
    private readonly running = new Map<string, { live: boolean }>();
    private params: Record<string, unknown> | undefined;
    private closedBy: number | undefined;
    private isMuted = false;

    constructor(readonly url: string) {
      const self = this;
      sockets.push({
        url,
        get params() {
          return self.params;
        },
        get isOpen() {
          return self.readyState === 1;
        },
        get closedBy() {
          return self.closedBy;
        },
        close: (code, reason = '') => self.ended({ code, reason }),
        drop: () => self.ended({ code: 1006, reason: '' }),
        mute: () => {
          self.isMuted = true;
        },
      });
      queueMicrotask(() => {
        if (server.mode === 'refuse') {
          this.onerror?.({ type: 'error' });
          this.ended({ code: 1006, reason: '' });
        } else if (this.readyState === 0) {
          this.readyState = 1;
          this.onopen?.();
        }
      });
    }

    send(text: string): void {
      if (this.readyState !== 1 || this.isMuted) return;
      const message = JSON.parse(text) as Message;
      if (message.type === 'connection_init') {
        this.params = message.payload as Record<string, unknown>;
        if (server.mode === 'accept')
          this.say({ type: 'connection_ack', payload: { sessionId: this.params?.sessionId } });
        else if (typeof server.mode === 'number') this.ended({ code: server.mode, reason: 'refused' });
      } else if (message.type === 'subscribe') this.started(message);
      else if (message.type === 'complete') this.finish(message.id!);
    }

    close(code = 1005): void {
      if (this.readyState > 1) return;
      this.closedBy = code;
      this.ended({ code, reason: '' });
    }

    private started({ id, payload }: Message): void {
      const field = /\{\s*(\w+)/.exec(payload!.query!)![1]!;
      const state = { live: true };
      this.running.set(id!, state);
      const reply = (type: string, value: unknown) => {
        if (state.live) this.say({ id: id!, type, payload: value as never });
      };
      const operation: FakeOperation = {
        field,
        query: payload!.query!,
        variables: payload!.variables ?? {},
        get isLive() {
          return state.live;
        },
        next: (value) => reply('next', { data: { [field]: value } }),
        answer: (value) => {
          operation.next(value);
          operation.complete();
        },
        fail: (code, extensions) => {
          reply('error', [{ message: code, extensions: { code, ...extensions } }]);
          this.finish(id!);
        },
        complete: () => {
          reply('complete', undefined);
          this.finish(id!);
        },
      };
      operations.push(operation);
      handlers.get(field)?.(operation);
    }

    private finish(id: string): void {
      const state = this.running.get(id);
      if (state) state.live = false;
      this.running.delete(id);
    }

    /** Later, as from a network. */
    private say(message: Message): void {
      queueMicrotask(() => {
        if (this.readyState === 1 && !this.isMuted) this.onmessage?.({ data: JSON.stringify(message) });
      });
    }

    private ended(event: { code: number; reason: string }): void {
      if (this.readyState === 3) return;
      this.readyState = 3;
      for (const id of [...this.running.keys()]) this.finish(id);
      queueMicrotask(() => this.onclose?.(event));
    }
  }

  const server: FakeServer = {
    webSocketImpl: Socket,
    sockets,
    operations,
    mode: 'accept',
    handlers,
    get last() {
      return sockets.at(-1)!;
    },
    live: (field) => operations.filter((operation) => operation.field === field && operation.isLive),
    all: (field) => operations.filter((operation) => operation.field === field),
    newest: (field) => operations.findLast((operation) => operation.field === field)!,
  };
  return server;
};
