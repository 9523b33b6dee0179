/** One WebSocket message, as the log shows it. */

export type Direction = 'sent' | 'received';

export interface Frame {
  /** Counts up within a pane. */
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

const summaryOf = (type: string, payload: unknown): string => {
  if (!isObject(payload)) return '';
  if (type === 'subscribe') return operationIn(payload.query);
  if (type !== 'next' || !isObject(payload.data)) return '';
  const [field, value] = Object.entries(payload.data)[0] ?? [];
  if (field === undefined) return '';
  if (!isObject(value)) return field;
  const parts = [field, value.userId, value.status, value.isTyping === true ? 'typing' : undefined];
  return parts.filter((part) => typeof part === 'string').join(' · ');
};

const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n…` : text);

/** Reads a message of graphql-transport-ws. What is no JSON is shown as it is. */
export const readFrame = (id: number, at: number, direction: Direction, data: string): Frame => {
  try {
    const message: unknown = JSON.parse(data, withoutTokens);
    if (!isObject(message) || typeof message.type !== 'string') throw new Error('This is no message of the protocol.');
    const { type, payload } = message;
    return {
      id,
      at,
      direction,
      type,
      summary: summaryOf(type, payload),
      text: shortened(JSON.stringify(message, null, 2)),
    };
  } catch {
    return { id, at, direction, type: 'unreadable', summary: '', text: shortened(data) };
  }
};
