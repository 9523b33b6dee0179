import { describe, expect, it } from 'vitest';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve();
const [bob] = await rollcall.strangers('bob');
const socket = await bob.lurk();

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

const limits: { name: string; inside: string; outside: string }[] = [
  {
    name: 'five aliases',
    inside: `{ ${times(5, (i) => `a${i}: me { userId }`)} }`,
    outside: `{ ${times(6, (i) => `a${i}: me { userId }`)} }`,
  },
  {
    name: 'five directives',
    inside: `{ me { userId ${times(5, () => '... @include(if: true) { chosenStatus }')} } }`,
    outside: `{ me { userId ${times(6, () => '... @include(if: true) { chosenStatus }')} } }`,
  },
  {
    name: 'a thousand tokens',
    // Twelve tokens beside the list.
    inside: `{ presence(userIds: [${times(988, () => '"x"')}]) { id } }`,
    outside: `{ presence(userIds: [${times(989, () => '"x"')}]) { id } }`,
  },
];

describe('a query', () => {
  for (const { name, inside, outside } of limits) {
    it(`takes ${name} and no more`, async () => {
      expect((await bob.ask(inside)).body).not.toHaveProperty('errors');
      const refused = (await bob.ask(outside)).body;
      expect(refused.errors).toHaveLength(1);
      expect(refused.data ?? null).toBeNull();
    });

    it(`takes ${name} and no more over a socket, which stays`, async () => {
      await socket.execute(inside);
      const refused: unknown = await socket.execute(outside).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: 'Refusal' });
      expect((refused as { errors: unknown[] }).errors).toHaveLength(1);
      expect((await socket.me()).userId).toBe(bob.id);
    });
  }

  it('is as deep as the contract goes, and introspection may be deeper than eight', async () => {
    const wrapped = (depth: number) => {
      let type = 'name';
      for (let level = 0; level < depth; level += 1) type = `name ofType { ${type} }`;
      return `{ __schema { types { fields { type { ${type} } } } } }`;
    };
    expect((await bob.ask(wrapped(12))).body).not.toHaveProperty('errors');
    expect((await bob.ask('{ roster { edges { node { user { id } } } } }')).body).not.toHaveProperty('errors');
  });

  it('of nine levels is refused before anything runs', async () => {
    const deep = `{ me ${'{ me '.repeat(8)}${'}'.repeat(8)} }`;
    const refused = (await bob.ask(deep)).body;
    expect(refused.errors).toHaveLength(1);
    expect(refused.data ?? null).toBeNull();
  });

  it('that spreads a fragment within itself is refused', async () => {
    const refused = (await bob.ask('{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }')).body;
    expect(refused.errors?.length).toBeGreaterThan(0);
    expect((await bob.me()).userId).toBe(bob.id);
  });
});
