import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../config/settings.js';

/** Longer than the name of any host. */
const MAX_LOGGED = 300;

export interface Origins {
  /**
   * Whether a request may come from the page it says it comes from: one without an `Origin` (no browser), from this
   * host, from an allowed origin, and in development from any loopback one.
   */
  allows(request: IncomingMessage): boolean;
}

/** Judges the `Origin` of requests (docs/semantics.md, "Signing in"). */
export const createOrigins = ({
  allowed,
  loopback,
  onRefused = () => {},
}: {
  /** In the form in which browsers send them. */
  readonly allowed: readonly string[];
  /** Whether pages of this very machine are let in: development. */
  readonly loopback: boolean;
  /** Hears of each page that is refused: its origin (of bounded length), and the `Host` that it is foreign to. */
  readonly onRefused?: (refused: { readonly origin: string; readonly host: string }) => void;
}): Origins => {
  const names = new Set(allowed);
  const isKnown = (origin: string, ownHost: string): boolean => {
    if (names.has(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const { host, hostname } = new URL(origin);
    // The scheme is left aside: behind a proxy that ends TLS it is not known here.
    if (host !== '' && host === ownHost.toLowerCase()) return true;
    return loopback && isLoopback(hostname);
  };
  return {
    allows({ headers: { origin, host = '' } }) {
      const allowed = origin === undefined || isKnown(origin, host);
      if (!allowed) onRefused({ origin: origin.slice(0, MAX_LOGGED), host: host.slice(0, MAX_LOGGED) });
      return allowed;
    },
  };
};
