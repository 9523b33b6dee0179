import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export interface Origins {
  /**
   * Whether a request may come from the page it says it comes from: one without an `Origin` (no browser), from this
   * host, from an allowed origin, and in development from any loopback one.
   */
  allows(request: IncomingMessage): boolean;
}

/** Judges the `Origin` of requests (DESIGN section 1, "Signing in"). */
export const createOrigins = ({
  allowed,
  loopback,
}: {
  /** In the form in which browsers send them. */
  readonly allowed: readonly string[];
  /** Whether pages of this very machine are let in: development. */
  readonly loopback: boolean;
}): Origins => {
  const names = new Set(allowed);
  return {
    allows({ headers }) {
      const { origin } = headers;
      if (origin === undefined) return true;
      if (names.has(origin)) return true;
      if (!URL.canParse(origin)) return false;
      const { host, hostname } = new URL(origin);
      // The scheme is left aside: behind a proxy that ends TLS it is not known here.
      if (host !== '' && host === headers.host?.toLowerCase()) return true;
      return loopback && LOOPBACK.test(hostname);
    },
  };
};
