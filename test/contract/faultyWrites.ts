import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChangeLogFeed } from '../../src/adapters/sql/changeLogFeed.js';
import type { Database } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createSocial } from '../../src/adapters/sql/social.js';
import { createJournal } from '../../src/adapters/sql/sqlJournal.js';
import { isUnavailable } from '../../src/presence/errors.js';
import {
  answerOf,
  type Check,
  type FaultyDatabase,
  failuresOf,
  nameOf,
  outcomeOf,
  PATIENT_MS,
} from '../support/unit/failing.js';
import type { FailureKind } from '../support/unit/faults.js';
import { recordingBus } from './people.js';
import { newAct } from './social.js';

const USERS = ['eve', 'fay', 'gus'];
const PAIRS = USERS.flatMap((viewerId) => USERS.map((userId) => ({ viewerId, userId })));
const FOLLOWS = ['fay', 'gus', 'somebody'].map((followeeId) => ({ followerId: 'eve', followeeId }));

/** A node that follows the log of changes where there is one. `catchUp` resolves when it knows all that was committed. */
const startNode = async (db: Database, logged: boolean) => {
  const bus = recordingBus();
  const people = createPeople({ db, bus, logged });
  const feed = logged
    ? await startChangeLogFeed({
        db,
        bus,
        everyMs: 1e9,
        onGap: people.forgetAll,
        onError: () => people.forgetAccessSummaries(),
      })
    : null;
  return {
    people,
    journal: createJournal({ db }),
    social: createSocial({ db, bus, logged }),
    catchUp: async () => answerOf(async () => feed?.poll()),
    stop: async () => feed?.stop(),
  };
};
type Node = Awaited<ReturnType<typeof startNode>>;

type Questions = Readonly<Record<string, (node: Node) => Promise<unknown>>>;

/** What a node keeps of these users. */
const KEPT: Questions = {
  accessFacts: ({ people }) => people.accessFactsToWatch(PAIRS),
  profiles: ({ people }) => people.profiles(USERS),
  membership: ({ people }) => people.membership('den', 'fay'),
  known: ({ people }) => people.ensure('fay'),
};
/** The same, and what it reads each time. */
const ALL: Questions = {
  ...KEPT,
  roster: ({ people }) => people.roster('eve', 100),
  privacy: ({ people }) => people.privacy('fay'),
  conversationsOf: ({ people }) => people.conversationsOf('fay', 100),
  blockedAmong: ({ people }) => people.blockedAmong('fay', USERS),
  deletedAmong: ({ people }) => people.deletedAmong(USERS),
  journal: ({ journal }) => journal.read(USERS),
  /** Of a tray to which nothing ever came the instant is that of the question. */
  trays: async ({ social }) => {
    const trays = await social.changedSince(USERS.map((userId) => ({ userId, after: 0 })));
    return [...trays.values()].filter(({ inbox }) => inbox.revision > 0);
  },
  noticeActs: async ({ social }) => {
    const { items } = await social.notices('fay', { first: 3, after: null, unreadOnly: false });
    return Promise.all(items.map(({ id }) => social.noticeActs('fay', id, { first: 100, after: null })));
  },
  timeline: ({ social }) => social.timeline('eve', { first: 100, after: null }),
  counts: async ({ social }) =>
    [...(await social.counts(['post', 'page'])).values()].filter(({ all }) => all.length > 0),
};

const answersOf = async (node: Node, questions: Questions): Promise<Readonly<Record<string, unknown>>> => {
  const answers = Object.entries(questions).map(
    async ([name, ask]) => [name, await answerOf(() => ask(node))] as const,
  );
  return Object.fromEntries(await Promise.all(answers));
};

/** A change, and what takes it back. Done twice it changes no more than done once. */
interface Change {
  write(node: Node): Promise<unknown>;
  undo(node: Node): Promise<unknown>;
}

const both = (name: string, one: Change['write'], reverse: string, other: Change['write']) => ({
  [name]: { write: one, undo: other },
  [reverse]: { write: other, undo: one },
});

let revision = 1_000;
const keep = ({ journal }: Node, chosen: 'AWAY' | 'ONLINE') =>
  journal.write([
    {
      userId: 'eve',
      generation: 1,
      revision,
      chosen,
      chosenAsOf: revision,
      message: null,
      messageAsOf: 900,
      lastSeen: 900,
    },
  ]);
const nameFay = ({ people }: Node) => people.upsertUsers([{ id: 'fay', name: 'Fay', privacy: { status: 'MUTUALS' } }]);

let told = 0;
/** Acts of two, one of whom the reader of the timeline follows, in two trays. */
const acts = () =>
  ['fay', 'gus'].map((actorId) =>
    newAct(`like ${told} by ${actorId}`, {
      actorId,
      objectId: 'post',
      recipients: USERS.filter((id) => id !== actorId),
    }),
  );
const tell = ({ social }: Node) => social.tell(acts());
const tellMore = (node: Node) => {
  told += 1;
  return tell(node);
};
const retract = ({ social }: Node) => social.retract(acts().map(({ id }) => id));
const ALL_OF_IT = 1_000_000;
let version = 0;
const count = ({ social }: Node) =>
  social.putCounts(
    ['post', 'page'].map((objectId) => ({
      objectId,
      version: String(version),
      counts: ['likes', 'shares'].map((name) => ({ name, value: version })),
    })),
  );

const CHANGES: Readonly<Record<string, Change>> = {
  ...both('tell of what was taken back', tell, 'retract', retract),
  tell: {
    write: tell,
    async undo() {
      told += 1;
    },
  },
  markSeen: { write: ({ social }) => social.markSeen('fay', ALL_OF_IT), undo: tellMore },
  markRead: { write: ({ social }) => social.markRead('fay', ALL_OF_IT, null), undo: tellMore },
  ...both(
    'mute of an actor',
    ({ social }) => social.mute('fay', { kind: 'user', id: 'gus' }),
    'unmute of an actor',
    ({ social }) => social.unmute('fay', { kind: 'user', id: 'gus' }),
  ),
  ...both(
    'mute of an object',
    ({ social }) => social.mute('fay', { kind: 'object', id: 'post' }),
    'unmute of an object',
    ({ social }) => social.unmute('fay', { kind: 'object', id: 'post' }),
  ),
  putCounts: {
    write: count,
    async undo() {
      version += 1;
    },
  },
  ...both(
    'follow',
    ({ people }) => people.follow('eve', 'fay'),
    'unfollow',
    ({ people }) => people.unfollow('eve', 'fay'),
  ),
  ...both(
    'addFollows',
    ({ people }) => people.addFollows(FOLLOWS),
    'removeFollows',
    ({ people }) => people.removeFollows(FOLLOWS),
  ),
  ...both(
    'block',
    ({ people }) => people.block('eve', 'fay'),
    'unblock',
    ({ people }) => people.unblock('eve', 'fay'),
  ),
  ...both(
    'putCircle',
    ({ people }) => people.putCircle('club', ['eve', 'fay', 'somebody']),
    'deleteCircle',
    ({ people }) => people.deleteCircle('club'),
  ),
  ...both(
    'putConversation',
    ({ people }) => people.putConversation('den', ['eve', 'fay'], false),
    'deleteConversation',
    ({ people }) => people.deleteConversation('den'),
  ),
  updatePrivacy: {
    write: ({ people }) => people.updatePrivacy('fay', { status: 'NOBODY' }),
    undo: ({ people }) => people.updatePrivacy('fay', { status: 'MUTUALS' }),
  },
  upsertUsers: {
    write: ({ people }) =>
      people.upsertUsers([
        { id: 'fay', name: 'Faye' },
        { id: 'gus', avatarUrl: 'https://gus.example' },
      ]),
    undo: ({ people }) =>
      people.upsertUsers([
        { id: 'fay', name: 'Fay' },
        { id: 'gus', avatarUrl: null },
      ]),
  },
  ...both('deleteUser', ({ people }) => people.deleteUser('fay'), 'upsertUsers of one who was deleted', nameFay),
  journal: {
    write: (node) => keep(node, 'AWAY'),
    undo(node) {
      revision += 1;
      const persisted = keep(node, 'ONLINE');
      revision += 1;
      return persisted;
    },
  },
};

/**
 * Changes over a database whose statements fail in the middle: done as a whole or not at all, and what every node answers
 * afterwards is what the database holds. `logged` is whether nodes follow the log of changes, without which there is one.
 */
export const describeFaultyWrites = (
  name: string,
  open: () => Promise<FaultyDatabase>,
  { kinds, logged, check }: { readonly kinds: readonly FailureKind[]; readonly logged: boolean; readonly check: Check },
): void => {
  describe(`a change of which a statement fails, on ${name}`, () => {
    let opened: FaultyDatabase;
    let writer: Node;
    let nodes: readonly Node[];

    beforeAll(async () => {
      opened = await open();
      const start = () => answerOf(() => startNode(opened.db, logged));
      writer = await start();
      nodes = logged ? [writer, await start()] : [writer];
      await answerOf(() => writer.people.upsertUsers([{ id: 'eve', name: 'Eve' }, { id: 'gus' }]));
      await answerOf(() => nameFay(writer));
    });
    afterAll(async () => {
      for (const node of nodes) await node.stop();
      await opened.close();
    });

    /** What the database holds: no cache has it yet. */
    const held = async () => answersOf(await startNode(opened.db, false), ALL);
    const expectAllToKeep = async (held: object, message: string): Promise<void> => {
      for (const node of nodes) {
        await node.catchUp();
        expect({ ...held, ...(await answersOf(node, KEPT)) }, message).toEqual(held);
      }
    };

    it('tells and takes back in as many statements and rows, whatever the number of followers', async () => {
      const written = async () => {
        const tables = ['acts', 'inboxes', 'notices', 'notice_acts', 'social_log'].map((table) => sql.raw(table));
        const counts = tables.map((table) =>
          opened.db.run((orm) => orm.select({ rows: sql`count(*)`.mapWith(Number) }).from(table)),
        );
        return (await Promise.all(counts)).map(([found]) => found!.rows);
      };
      const cost = async (work: () => Promise<unknown>) => {
        const before = await written();
        opened.faults.startCounting();
        await work();
        const answered = [...opened.faults.answered];
        return { answered, written: (await written()).map((rows, i) => rows - before[i]!) };
      };
      const costs = async () => [await cost(() => tellMore(writer)), await cost(() => retract(writer))];
      await costs();
      const ofFew = await costs();
      const many = ['fay', 'gus'].flatMap((followeeId) =>
        Array.from({ length: 500 }, (_, i) => ({ followerId: `follower ${i}`, followeeId })),
      );
      await writer.people.addFollows(many);
      expect(await costs()).toEqual(ofFew);
      expect(ofFew[0]!.written.slice(0, 4)).toEqual([2, 0, expect.any(Number), 4]);
    });

    it.each(Object.keys(CHANGES))(
      'leaves %s done or not done, and every node knows which',
      async (key) => {
        const { write, undo } = CHANGES[key]!;
        await answerOf(() => undo(writer));
        for (const failure of await failuresOf(opened.faults, () => write(writer), kinds, check)) {
          await answerOf(() => undo(writer));
          const before = await held();
          await expectAllToKeep(before, nameOf(failure));

          opened.faults.failAt(failure);
          const outcome = await outcomeOf(write(writer));
          opened.faults.cancelFailure();
          if ('refusal' in outcome) expect(isUnavailable(outcome.refusal), nameOf(failure)).toBe(true);
          const after = await held();
          await expectAllToKeep(after, nameOf(failure));

          await answerOf(() => write(writer));
          const done = await held();
          if ('answer' in outcome) expect(after, nameOf(failure)).toEqual(done);
          else expect([before, done], nameOf(failure)).toContainEqual(after);
        }
      },
      PATIENT_MS,
    );
  });
};
