/** What `NATS_URL` says, as the client takes it. Pure. */
import type { ConnectionOptions } from '@nats-io/transport-node';

const DEFAULT_PORT = '4222';

/** Servers without what signs in, which the client does not read from URLs; that of the first URL which has any is for all. */
export const connectionOptionsOf = (
  urls: readonly string[],
): Pick<ConnectionOptions, 'servers' | 'tls' | 'user' | 'pass' | 'token'> => {
  const parsed = urls.map((url) => new URL(url));
  const signed = parsed.find(({ username }) => username !== '');
  const user = signed && decodeURIComponent(signed.username);
  const pass = signed && decodeURIComponent(signed.password);
  return {
    servers: parsed.map(({ hostname, port }) => `${hostname}:${port || DEFAULT_PORT}`),
    ...(parsed.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    // A name without a password is a token.
    ...(user && (pass ? { user, pass } : { token: user })),
  };
};
