/** Requests to the host's URL, and what its answers mean. */
import { Refused, TryLater } from '../states/sending.js';
import type { WebhookEvent } from './webhookEvents.js';
import { keyOf, signedHeaders } from './webhookSignatures.js';

/**
 * Answers that say nothing of the events: what is at the URL wants no requests, or none now. Everything else of 4xx refuses the events.
 */
const NOT_OF_THE_EVENTS = new Set([401, 403, 404, 405, 407, 408, 410, 421, 425, 426, 429, 451]);

/** For how long an answer asks to be left alone, in ms; null: it does not say, or not so that it can be understood. */
export const retryAfterMs = (header: string | null, now: number): number | null => {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};

export type PostEvents = (events: readonly WebhookEvent[], signal: AbortSignal) => Promise<void>;

/**
 * Posts events in one request, signed by every secret. Resolves where the answer is 2xx. Rejects with {@link Refused} where the
 * events are refused, with {@link TryLater} where the answer names a time, and with another error otherwise: a redirect is not
 * followed, since who answers there is not whom the operator named.
 */
export const createPost = ({
  url,
  secrets,
  now = Date.now,
}: {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly now?: () => number;
}): PostEvents => {
  const keys = secrets.map(keyOf);
  return async (events, signal) => {
    const body = JSON.stringify({ events });
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Rollcall',
        ...signedHeaders(body, keys, Math.floor(now() / 1_000)),
      },
      body,
      signal,
    });
    // However long the answer is, nothing of it is read.
    await answer.body?.cancel();
    const { status } = answer;
    if (answer.ok) return;
    const sentence = `The webhook answered ${status}.`;
    if (status >= 400 && status < 500 && !NOT_OF_THE_EVENTS.has(status)) throw new Refused(sentence);
    const afterMs = retryAfterMs(answer.headers.get('retry-after'), now());
    throw afterMs === null ? new Error(sentence) : new TryLater(sentence, afterMs);
  };
};
