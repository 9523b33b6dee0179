import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tokenFor } from '../../src/cli/token.js';
import { developmentSecret } from '../../src/server/auth/tokens.js';
import { createAuth } from '../../src/server/auth/verifier.js';

const tempDir = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-token-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return join(dir, 'data');
};

const SECRET = 'a secret for tests of more than 32 bytes';
const verify = (token: string, secret: string) =>
  createAuth({ secrets: [secret], jwksUrl: null, issuer: null, audience: null, serviceScope: 'service' }).verify(token);

describe('the secret of development mode', () => {
  it('is made once, and is its owner’s alone', async () => {
    const dir = await tempDir();
    const [one, two] = await Promise.all([developmentSecret(dir), developmentSecret(dir)]);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toBe(one);
    expect(await developmentSecret(dir)).toBe(one);
    const file = join(dir, 'development-secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).trim()).toBe(one);
  });
});

describe('npm run token', () => {
  it('signs with the development secret where nothing is set', async () => {
    const DATA_DIR = await tempDir();
    const token = await tokenFor(['ada'], { DATA_DIR });
    expect(await verify(token, await developmentSecret(DATA_DIR))).toMatchObject({ userId: 'ada', service: false });
  });

  it('signs with AUTH_JWT_SECRET, for the issuer and audience that are asked for', async () => {
    const env = { AUTH_JWT_SECRET: SECRET, AUTH_JWT_ISSUER: 'me', AUTH_JWT_AUDIENCE: 'you' };
    const token = await tokenFor(['--service', 'host'], env);
    expect(await verify(token, SECRET)).toMatchObject({ userId: 'host', service: true });
    expect(decodeJwt(token)).toMatchObject({ iss: 'me', aud: 'you' });
  });

  it('signs with the first of two secrets, and with the scope that makes a service token', async () => {
    const env = { AUTH_JWT_SECRET: `${SECRET},an older one`, AUTH_SERVICE_SCOPE: 'presence:admin' };
    const token = await tokenFor(['host', '--service'], env);
    await verify(token, SECRET);
    expect(decodeJwt(token)).toMatchObject({ scope: 'presence:admin' });
  });

  it.each([
    [[], {}, /^Usage/],
    [['a', 'b'], {}, /^Usage/],
    [['--sudo', 'a'], {}, /Unknown option/],
    [[''], { AUTH_JWT_SECRET: SECRET }, /USER is empty/],
    [['ada'], { AUTH_JWKS_URL: 'https://id.example/keys' }, /AUTH_JWKS_URL alone/],
    [['ada'], { PORT: 'x' }, /PORT must be/],
  ])('%j with %j is refused in a sentence', async (args, env, sentence) => {
    await expect(tokenFor(args, env)).rejects.toThrow(sentence);
  });
});
