import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../config/settings.js';

/** Characters logged of a header. No host has a longer name. */
const MAX_LOGGED = 300;

export interface Origins {
  /**
   * Whether the page that makes a request may: one without an `Origin` (no browser), one of this host, of an allowed origin,
   * and in development of any loopback host.
   */
  allows(request: IncomingMessage): boolean;
}

/** Checks the `Origin` of requests (docs/semantics.md, "Signing in"). */
export const createOrigins = ({
  allowed,
  loopback,
  onRefused = () => {},
}: {
  /** Origins in the form in which browsers send them. */
  readonly allowed: readonly string[];
  /** Whether pages of loopback hosts are allowed: development. */
  readonly loopback: boolean;
  /** Receives the origin of each refused page and the `Host` of the request, both of bounded length. */
  readonly onRefused?: (refused: { readonly origin: string; readonly host: string }) => void;
}): Origins => {
  const names = new Set(allowed);
  const isKnown = (origin: string, ownHost: string): boolean => {
    if (names.has(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const { host, hostname } = new URL(origin);
    // The scheme is not compared: behind a proxy that ends TLS it is unknown here.
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
