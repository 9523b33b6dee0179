import { describe, expect, it } from 'vitest';
import { unavailable } from '../../src/presence/errors.js';
import type { AccessChange } from '../../src/presence/ports/bus.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import { statusSeenByOthers } from '../../src/presence/status.js';
import { contentFor } from '../../src/presence/view.js';
import { EVERYTHING } from '../../src/presence/visibility.js';
import { setUpPresence, user } from './serviceUnderTest.js';

const deleted: AccessChange = { kind: 'user', userId: 'ana', mayRevoke: true, deleted: true };
const live = async (store: LiveStore) => (await store.read(['ana'])).records.get('ana');

describe('the live state of a deleted user', () => {
  it('is dropped', async () => {
    const { presence, store, journal, connect } = setUpPresence();
    await connect('ana');
    journal.rows.delete('ana');
    await presence.accessChanged(deleted);
    expect(await live(store)).toBeUndefined();
  });

  it('is over for those who hear of deletions: once, however many nodes drop it', async () => {
    const { presence, store, journal, connect, deletions, now } = setUpPresence();
    await connect('ana');
    await presence.setPresence(user('ana'), {
      status: 'DO_NOT_DISTURB',
      activities: [{ type: 'PLAYING', name: 'Go', details: null, startedAt: null, expiresAt: null }],
    });
    const before = (await live(store))!;
    journal.rows.delete('ana');
    await Promise.all([presence.accessChanged(deleted), presence.accessChanged(deleted)]);
    await presence.accessChanged(deleted);
    expect(deletions).toEqual([[before, expect.objectContaining({ userId: 'ana', sessions: [], lastSeen: now })]]);
    const after = deletions[0]![1];
    expect(statusSeenByOthers(after)).toBe('OFFLINE');
    expect(after.revisions.status).toBeGreaterThan(before.revisions.status);
  });

  it('is no news of who hid', async () => {
    const { presence, journal, connect, deletions } = setUpPresence();
    await connect('ana');
    await presence.setPresence(user('ana'), { status: 'INVISIBLE' });
    journal.rows.delete('ana');
    await presence.accessChanged(deleted);
    const [before, after] = deletions[0]!;
    expect(contentFor(after, EVERYTHING)).toEqual(contentFor(before, EVERYTHING));
    expect(after.revisions).toEqual(before.revisions);
  });

  it('is nothing where nobody was live', async () => {
    const { presence, journal, deletions } = setUpPresence();
    journal.rows.delete('ana');
    await presence.accessChanged(deleted);
    expect(deletions).toEqual([]);
  });

  it('is dropped once the store and the journal can be asked again', async () => {
    let away = 2;
    const { presence, store, journal, connect } = setUpPresence({
      store: (inner) => ({
        ...inner,
        forget: async (...asked) => {
          away -= 1;
          if (away >= 0) throw unavailable('Away.');
          return inner.forget(...asked);
        },
      }),
    });
    await connect('ana');
    journal.rows.delete('ana');
    await presence.accessChanged(deleted);
    expect(await live(store)).toBeUndefined();
  });

  it('stays where it is newer than the return of the user', async () => {
    const { presence, store, journal, connect } = setUpPresence();
    journal.rows.set('ana', { generation: 2, persisted: null });
    await connect('ana');
    await presence.accessChanged(deleted);
    expect(await live(store)).toMatchObject({ generation: 2, sessions: [{ id: 'tab' }] });
  });

  it('stays also where the user returned while the deletion was handled', async () => {
    const { presence, store, journal, connect } = setUpPresence({
      store: (inner) => ({
        ...inner,
        async forget(userId, generation) {
          if (generation === 1) {
            // Another node was quicker, and the user was named again and came back.
            await inner.forget(userId, 1);
            journal.rows.set('ana', { generation: 2, persisted: null });
            await connect('ana', 'new');
          }
          return inner.forget(userId, generation);
        },
      }),
    });
    await connect('ana');
    journal.rows.delete('ana');
    await presence.accessChanged(deleted);
    expect(await live(store)).toMatchObject({ generation: 2, sessions: [{ id: 'new' }] });
  });
});

describe('a choice to hide', () => {
  it('is answered while the journal hangs, and written afterwards', async () => {
    const { presence, journal, connect, drain } = setUpPresence();
    await connect('ana');
    let release: () => void = () => {};
    journal.gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { status } = await presence.setPresence(user('ana'), { status: 'INVISIBLE' });
    expect(status).toBe('INVISIBLE');
    expect(journal.rows.get('ana')?.persisted).toBeNull();
    release();
    await drain();
    expect(journal.rows.get('ana')?.persisted).toMatchObject({ chosen: 'INVISIBLE' });
  });
});
