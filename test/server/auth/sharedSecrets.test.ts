import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeEach, expect, it, vi } from 'vitest';
import { createSharedSecrets } from '../../../src/server/auth/sharedSecrets.js';
import { reasonOf } from '../../../src/server/auth/signInRefusals.js';

const SECRETS = ['the secret of today, of more than 32 bytes', 'the secret of yesterday'] as const;
const CLAIMS = { requiredClaims: ['exp', 'sub'], issuer: 'issuer', audience: 'rollcall' };

// The clock stands: both judge at one moment.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  return () => void vi.useRealTimers();
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1_000);

/** A token, whatever its header and claims say. */
const tokenOf = (header: unknown, claims: unknown, secret: string) => {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};

const outcome = (verify: () => unknown) =>
  Promise.resolve()
    .then(verify)
    .catch((error: unknown) => reasonOf(error));

const ours = (token: string, secret: string) =>
  outcome(() => createSharedSecrets([secret], CLAIMS).verify(token, decodeProtectedHeader(token)));
/** What jose says of the token. */
const joses = (token: string, secret: string) =>
  outcome(async () => {
    const key = new TextEncoder().encode(secret);
    return (await jwtVerify(token, key, { ...CLAIMS, algorithms: ['HS256'] })).payload;
  });

/** A claim as it should be, near it, missing, or of any shape. */
const claim = (...usual: unknown[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...usual) }, fc.constant(undefined), fc.jsonValue());
const claims = fc
  .record({
    sub: claim('ada'),
    exp: claim(60, 60, 60, 60, 1, 0, -1),
    nbf: claim(-60, -60, -60, 0, 1),
    iss: claim('issuer', 'issuer', 'issuer', 'issuer', 'other', ['issuer']),
    aud: claim('rollcall', 'rollcall', ['rollcall', 'others'], ['others'], []),
    more: fc.jsonValue(),
  })
  .map(({ exp, nbf, ...others }) => ({
    ...others,
    exp: typeof exp === 'number' ? now() + exp : exp,
    nbf: typeof nbf === 'number' ? now() + nbf : nbf,
  }));
const header = fc.record(
  {
    alg: fc.constant('HS256'),
    typ: fc.constantFrom('JWT', 'at+jwt', 7),
    crit: fc.constantFrom(...Array<undefined>(15), [], ['b64'], ['exp'], 'b64', [7]),
    b64: fc.constantFrom(...Array<undefined>(9), true, false, 'no'),
    exp: fc.constantFrom(undefined, 1),
  },
  { requiredKeys: ['alg'] },
);
/** A change of the text of a token, at a place of it. */
const damage = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  fc.record({ at: fc.nat(400), by: fc.constantFrom('A', '-', '_', 'z', '') }),
);

it('tokens are judged as jose judges them, whatever their header, their claims and their signature', async () => {
  const judged = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(header, fc.constant({ alg: 'HS256' })),
      fc.oneof({ weight: 19, arbitrary: claims }, fc.jsonValue()),
      fc.constantFrom(SECRETS[0], SECRETS[0], SECRETS[1]),
      damage,
      async (head, body, secret, damaged) => {
        const whole = tokenOf(head, body, secret);
        const token = damaged ? whole.slice(0, damaged.at) + damaged.by + whole.slice(damaged.at + 1) : whole;
        const verdict = await joses(token, SECRETS[0]);
        const our = await ours(token, SECRETS[0]);
        // Of several things that are wrong, either may be named.
        if (our === 'signature') expect(typeof verdict).toBe('string');
        else expect(our).toEqual(verdict);
        judged[typeof verdict === 'string' ? 'refused' : 'accepted'] += 1;
      },
    ),
    { numRuns: 1_000 },
  );
  expect(judged.accepted).toBeGreaterThan(20);
  expect(judged.refused).toBeGreaterThan(200);
});

it('any of the secrets may have signed a token', () => {
  const shared = createSharedSecrets(SECRETS, {});
  for (const secret of SECRETS) {
    const token = tokenOf({ alg: 'HS256' }, { sub: 'ada' }, secret);
    expect(shared.verify(token, decodeProtectedHeader(token))).toEqual({ sub: 'ada' });
  }
});

it('a secret of other letters than ASCII is its UTF-8', async () => {
  const token = tokenOf(
    { alg: 'HS256' },
    { sub: 'ada', exp: now() + 60, iss: 'issuer', aud: 'rollcall' },
    'schlüssel 🔑',
  );
  expect(await ours(token, 'schlüssel 🔑')).toEqual(await joses(token, 'schlüssel 🔑'));
  expect(await ours(token, 'schlüssel 🔑')).toMatchObject({ sub: 'ada' });
});
