import { createInbox, type Inbox } from '../unit/inbox.js';

export interface ServerSentEvent {
  event: string;
  data: string;
}

/** An open stream of server-sent events. */
export interface EventStream extends Inbox<ServerSentEvent> {
  readonly response: Response;
  /** The next `next` event's `data`, read as a GraphQL answer. */
  nextResult<Data>(): Promise<{ data?: Data; errors?: { message: string; extensions?: Record<string, unknown> }[] }>;
  close(): void;
}

/** Opens a stream with fetch; the answer is there whatever its status, its events only where it is a stream. */
export async function openEventStream(url: string, init: RequestInit = {}): Promise<EventStream> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    ...init,
    headers: { accept: 'text/event-stream', ...(init.headers as Record<string, string> | undefined) },
    signal: leaving.signal,
  });
  const inbox = createInbox<ServerSentEvent>(`event stream ${url.slice(0, 80)}`);
  const read = async () => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(chunk, { stream: true });
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const parsed = parseEvent(rest.slice(0, end));
        rest = rest.slice(end + 2);
        if (parsed) inbox.push(parsed);
      }
    }
    inbox.end(new Error('the stream ended'));
  };
  if (response.headers.get('content-type')?.includes('text/event-stream')) {
    read().catch((reason: Error) => inbox.end(reason));
  }
  return {
    ...inbox,
    response,
    async nextResult() {
      const { data } = await inbox.nextWhere((item) => item.event === 'next');
      return JSON.parse(data);
    },
    close: () => leaving.abort(),
  };
}

function parseEvent(block: string): ServerSentEvent | undefined {
  const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
  if (lines.length === 0) return undefined;
  const value = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trimStart())
      .join('\n');
  return { event: value('event') || 'message', data: value('data') };
}
