/** A `fetch` whose answers can be kept back after the server gave them. */
import { vi } from 'vitest';

export interface LateAnswer {
  /** Resolves when the server has answered. */
  readonly answered: Promise<unknown>;
  /** Lets the client have the answer. */
  release(): void;
}

const createGate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

/** Takes the place of the global `fetch`. `keepNext` keeps back the answer to the next request, and no other. */
export const holdAnswers = (): { keepNext(): LateAnswer } => {
  const ask = globalThis.fetch;
  let next: { arrive(): void; readonly released: Promise<void> } | undefined;
  vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
    const kept = next;
    next = undefined;
    const response = await ask(...request);
    const body = await response.arrayBuffer();
    kept?.arrive();
    await kept?.released;
    return new Response(body, response);
  });
  return {
    keepNext() {
      const arrival = createGate();
      const release = createGate();
      next = { arrive: arrival.open, released: release.opened };
      return { answered: arrival.opened, release: release.open };
    },
  };
};
