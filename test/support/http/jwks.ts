import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** A host's key server on loopback, with keys that can be replaced. */
export interface KeyServer {
  url: string;
  /** Signs with the newest key. */
  sign(userId: string, claims?: Record<string, unknown>): Promise<string>;
  /** Makes a new key that replaces those published, as a host does that rotates. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
  /** Listens again where it did, after `stop`. */
  start(): Promise<void>;
}

/** Starts a key server with one key of `alg`. */
export async function startKeyServer(alg: 'RS256' | 'ES256' | 'EdDSA' = 'ES256'): Promise<KeyServer> {
  let published: JWK[] = [];
  let newest: { kid: string; key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'] } | undefined;
  let made = 0;
  const rotate = async () => {
    const pair = await generateKeyPair(alg, { extractable: true });
    made += 1;
    const kid = `key-${made}`;
    newest = { kid, key: pair.privateKey };
    published = [{ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' }];
  };
  await rotate();
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: published }));
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks.json`,
    rotate,
    start: () => listen(port),
    async sign(userId, claims = {}) {
      if (!newest) throw new Error('no key yet');
      return new SignJWT(claims)
        .setProtectedHeader({ alg, kid: newest.kid })
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(newest.key);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
