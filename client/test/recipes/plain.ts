import { createClient } from 'graphql-ws';

export interface Presence {
  id: string;
  status: string;
  lastSeen: string | null;
  asOf: string;
}

export function watchPeople(
  url: string,
  getToken: () => Promise<string>,
  sessionId: string,
  show: (people: Presence[]) => void,
) {
  const people = new Map<string, Presence>();
  /** Events and answers alike: the later `asOf` wins. */
  const merge = (presence: Presence) => {
    const known = people.get(presence.id);
    if (known && known.asOf > presence.asOf) return;
    people.set(presence.id, presence);
    show([...people.values()]);
  };

  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    lazy: false,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    // Not for minutes after a long outage, as by default.
    retryWait: (attempts) =>
      new Promise((wake) => setTimeout(wake, Math.random() * Math.min(16_000, 1_000 * 2 ** attempts))),
    connectionParams: async () => ({ authorization: `Bearer ${await getToken()}`, sessionId, device: 'WEB' }),
    on: {
      // The subscription starts with everybody who can be seen; who is not among them cannot be seen any more.
      connected: () => people.clear(),
    },
  });
  socket.subscribe<{ presenceChanged: Presence }>(
    { query: 'subscription { presenceChanged { id status lastSeen asOf } }' },
    {
      next: ({ data }) => {
        if (data) merge(data.presenceChanged);
      },
      error: (error) => console.error(error),
      complete: () => {},
    },
  );
  return { merge, close: () => socket.dispose() };
}
