/** One WebSocket message, as the log shows it. */

export type Direction = 'sent' | 'received';

export interface Frame {
  /** Its own within a pane. */
  readonly id: number;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly direction: Direction;
  /** The type of graphql-transport-ws, such as `next`; for the socket itself `open` or `close`. */
  readonly type: string;
  /** What it is about, in a few words. */
  readonly summary: string;
  /** The message as indented JSON, without tokens; shortened where it is long. */
  readonly text: string;
}

const MAX_TEXT = 4_000;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Replaces what signs a user in: a picture of the log may be shown to anybody. */
const withoutTokens = (key: string, value: unknown): unknown => (/^authorization$/i.test(key) ? 'Bearer …' : value);

/** The name of the operation in a document, or its first field. */
const operationIn = (query: unknown): string =>
  /(?:query|mutation|subscription)\s+(\w+)/.exec(String(query))?.[1] ?? /\{\s*(\w+)/.exec(String(query))?.[1] ?? '';

/** What an answer carries: its field, and about whom. Empty without data. */
const contentOf = (payload: unknown): string => {
  if (!isObject(payload) || !isObject(payload.data)) return '';
  const [field, value] = Object.entries(payload.data)[0] ?? [];
  if (field === undefined) return '';
  if (!isObject(value)) return field;
  const parts = [field, value.userId, value.status, value.isTyping === true ? 'typing' : undefined];
  return parts.filter((part) => typeof part === 'string').join(' · ');
};

const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n…` : text);

/** Operations of one connection that are not over; more are shown without their name. */
const MAX_OPERATIONS = 200;

/** Reads the frames of one pane. It remembers the names of operations, which their answers do not repeat. */
export const createFrameReader = () => {
  const operations = new Map<unknown, string>();
  let count = 0;

  const summaryOf = ({ id, type, payload }: Record<string, unknown>): string => {
    const operation = operations.get(id) ?? '';
    switch (type) {
      case 'connection_init':
        operations.clear();
        return '';
      case 'subscribe': {
        const name = isObject(payload) ? operationIn(payload.query) : '';
        if (operations.size < MAX_OPERATIONS) operations.set(id, name);
        return name;
      }
      case 'next':
        return contentOf(payload) || operation;
      case 'error':
      case 'complete':
        operations.delete(id);
        return operation;
      default:
        return '';
    }
  };

  /** Reads a message of graphql-transport-ws. What is none is shown as it is. */
  return (at: number, direction: Direction, data: string): Frame => {
    count += 1;
    const id = count;
    try {
      const message: unknown = JSON.parse(data, withoutTokens);
      if (!isObject(message) || typeof message.type !== 'string') throw new Error('No message of the protocol.');
      const text = shortened(JSON.stringify(message, null, 2));
      return { id, at, direction, type: message.type, summary: summaryOf(message), text };
    } catch {
      return { id, at, direction, type: 'unreadable', summary: '', text: shortened(data) };
    }
  };
};
