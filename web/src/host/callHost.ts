/** A call of the host's back end. It repeats what got no answer: everything that it says may be said twice. */

const TRIES = 5;
const WAIT_MS = 500;

interface Answer {
  readonly errors?: readonly [
    { readonly message: string; readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number } },
  ];
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const callHost = async (
  getToken: () => Promise<string>,
  operation: { readonly query: string; readonly variables: Record<string, unknown> },
  waitMs = WAIT_MS,
): Promise<void> => {
  for (let tried = 1; ; tried += 1) {
    try {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await getToken()}` },
        body: JSON.stringify(operation),
      });
      const { errors }: Answer = await response.json();
      if (!errors) return;
      const [{ message, extensions }] = errors;
      const mayPass = extensions?.code === 'UNAVAILABLE' || extensions?.code === 'RATE_LIMITED';
      if (!mayPass || tried === TRIES) throw new Error(message);
      await rest(extensions?.retryAfterMs ?? waitMs);
    } catch (fault) {
      // Fetch reports the loss of the network as a TypeError.
      if (!(fault instanceof TypeError) || tried === TRIES) throw fault;
      await rest(waitMs);
    }
  }
};
