import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/adapters/sql/database.js';
import { createPeople } from '../../src/adapters/sql/people.js';
import { createSocial } from '../../src/adapters/sql/social.js';
import { createJournal } from '../../src/adapters/sql/sqlJournal.js';
import { isUnavailable } from '../../src/presence/errors.js';
import { rounds } from '../support/cluster/rounds.js';
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

const USERS = ['ann', 'bob', 'cem'];
const CROWD = Array.from({ length: rounds(40, 200) }, (_, i) => ({ id: `one of many ${i}`, name: `Number ${i}` }));
const PAIRS = USERS.flatMap((viewerId) => USERS.map((userId) => ({ viewerId, userId })));

/** A node on that database, with caches of its own. */
const startNode = (db: Database) => ({
  people: createPeople({ db, bus: recordingBus() }),
  journal: createJournal({ db }),
  social: createSocial({ db, bus: recordingBus() }),
});
type Node = ReturnType<typeof startNode>;

let newcomers = 0;

const named = <Name extends string>(questions: Readonly<Record<Name, (node: Node) => Promise<unknown>>>) => questions;

/** All that users are answered from. */
const QUESTIONS = named({
  accessFacts: ({ people }) => people.accessFacts(PAIRS),
  accessFactsToWatch: ({ people }) => people.accessFactsToWatch(PAIRS),
  profiles: ({ people }) => people.profiles([...USERS, 'nobody']),
  'profiles of many': ({ people }) => people.profiles(CROWD.map(({ id }) => id)),
  deletedAmong: ({ people }) => people.deletedAmong([...USERS, 'nobody', 'gone']),
  'ensure of one who is known': ({ people }) => people.ensure('ann'),
  'ensure of one who is not': ({ people }) => people.ensure(`newcomer ${newcomers++}`),
  'ensure of one who was deleted': ({ people }) => people.ensure('gone'),
  journal: ({ journal }) => journal.read([...USERS, 'nobody', 'gone']),
  roster: ({ people }) => people.roster('ann', 100),
  rosterAccessFacts: ({ people }) => people.rosterAccessFacts('ann', 100),
  privacy: ({ people }) => people.privacy('bob'),
  conversation: ({ people }) => people.conversation('chat', 'ann'),
  membership: ({ people }) => people.membership('chat', 'dan'),
  conversationsOf: ({ people }) => people.conversationsOf('ann', 100),
  conversationsAmong: ({ people }) => people.conversationsAmong('ann', ['chat', 'hall', 'none']),
  conversationFor: ({ people }) => people.conversationFor('chat', ['ann', 'bob', 'dan']),
  blockedAmong: ({ people }) => people.blockedAmong('ann', ['bob', 'cem', 'dan']),
  conversationFacts: ({ people }) =>
    people.conversationFacts(
      USERS.flatMap((userId) => [
        { userId, conversationId: 'chat' },
        { userId, conversationId: 'hall' },
      ]),
    ),
  counts: ({ social }) => social.counts(['hall', 'chat']),
  trays: ({ social }) =>
    social.changedSince([
      { userId: 'ann', after: 0 },
      { userId: 'bob', after: null },
    ]),
  notices: ({ social }) => social.notices('ann', { first: 10, after: null, unreadOnly: false }),
  noticeActs: async ({ social }) => {
    const { items } = await social.notices('ann', { first: 1, after: null, unreadOnly: false });
    return social.noticeActs('ann', items[0]?.id ?? '', { first: 10, after: null });
  },
  timeline: ({ social }) => social.timeline('ann', { first: 10, after: null }),
  actFacts: ({ social }) => social.actFacts('like:bob', USERS, undefined),
  latestActs: ({ social }) => social.latestActs('ann', ['bob', 'cem'], 10),
});
type Question = keyof typeof QUESTIONS;
const QUESTION_NAMES = Object.keys(QUESTIONS) as Question[];
/** Those whose rows are matched by key. */
const KEYED: readonly Question[] = [
  'accessFacts',
  'accessFactsToWatch',
  'profiles',
  'profiles of many',
  'deletedAmong',
  'ensure of one who is known',
  'ensure of one who was deleted',
  'journal',
  'counts',
];

const fill = async ({ people, journal, social }: Node): Promise<void> => {
  await people.upsertUsers([
    { id: 'ann', name: 'Ann' },
    { id: 'bob', name: 'Bob', privacy: { status: 'MUTUALS' } },
    { id: 'cem', name: 'Cem', privacy: { status: 'EVERYONE' } },
    { id: 'dan', name: 'Dan' },
    { id: 'gone' },
    ...CROWD,
  ]);
  await people.deleteUser('gone');
  await people.follow('ann', 'bob');
  await people.follow('bob', 'ann');
  await people.follow('cem', 'ann');
  await people.block('ann', 'cem');
  await people.block('dan', 'ann');
  await people.putCircle('team', ['ann', 'cem', 'nobody']);
  await people.putConversation('chat', ['ann', 'dan'], false);
  await people.putConversation('hall', ['ann', 'bob'], true);
  const persisted = { generation: 1, revision: 1_000, chosenAsOf: 900, message: null, messageAsOf: 900, lastSeen: 900 };
  await journal.write([
    { ...persisted, userId: 'ann', chosen: 'INVISIBLE' },
    { ...persisted, userId: 'bob', chosen: 'AWAY', message: { text: 'lunch', emoji: null, expiresAt: null } },
    { ...persisted, userId: 'cem', chosen: 'ONLINE' },
  ]);
  const likes = ['bob', 'cem', 'dan'].map((actorId) =>
    newAct(`like:${actorId}`, { actorId, objectId: 'hall', recipients: ['ann', 'bob'] }),
  );
  await social.tell([
    ...likes,
    newAct('share', { actorId: 'bob', verb: 'share', objectId: null, recipients: ['ann'] }),
  ]);
  await social.putCounts(
    ['hall', 'chat'].map((objectId) => ({ objectId, version: '1', counts: [{ name: 'likes', value: 3 }] })),
  );
};

/**
 * What users are answered from, over a database whose statements fail in the middle: right or refused, and right again
 * afterwards. `failing` are the ways in which a statement ends early, `wrong` those in which its answer does not fit its
 * question; `counted` is whether that is noticed also where rows have no key.
 */
export const describeFaultyAnswers = (
  name: string,
  open: () => Promise<FaultyDatabase>,
  kinds: {
    readonly failing: readonly FailureKind[];
    readonly wrong: readonly FailureKind[];
    readonly counted: boolean;
    readonly check: Check;
  },
): void => {
  describe(`a statement that fails half way, on ${name}`, () => {
    let opened: FaultyDatabase;
    let expected: Readonly<Record<string, unknown>>;

    /** To all questions at once. */
    const answersOf = async (node: Node): Promise<Readonly<Record<string, unknown>>> => {
      const answers = Object.entries(QUESTIONS).map(
        async ([question, ask]) => [question, await answerOf(() => ask(node))] as const,
      );
      return Object.fromEntries(await Promise.all(answers));
    };

    beforeAll(async () => {
      opened = await open();
      await answerOf(() => fill(startNode(opened.db)));
      expected = await answersOf(startNode(opened.db));
    });
    afterAll(() => opened.close());

    it.each(QUESTION_NAMES)(
      'leaves the answer to %s right or refused, and all that come after right',
      async (question) => {
        const ask = QUESTIONS[question];
        const failures = await failuresOf(opened.faults, () => ask(startNode(opened.db)), kinds.failing, kinds.check);
        for (const failure of failures) {
          const node = startNode(opened.db);
          opened.faults.failAt(failure);
          const outcome = await outcomeOf(ask(node));
          expect(opened.faults.hasFailed, nameOf(failure)).toBe(true);
          if ('refusal' in outcome) expect(isUnavailable(outcome.refusal), nameOf(failure)).toBe(true);
          else expect(outcome.answer, nameOf(failure)).toEqual(expected[question]);
          expect(await answersOf(node), nameOf(failure)).toEqual(expected);
        }
      },
      PATIENT_MS,
    );

    it(
      'leaves all that are answered at the same time right or refused, and all that come after right',
      async () => {
        const all = (node: Node) =>
          Promise.all(
            Object.entries(QUESTIONS).map(async ([key, ask]) => ({ key, outcome: await outcomeOf(ask(node)) })),
          );
        const failures = await failuresOf(opened.faults, () => all(startNode(opened.db)), kinds.failing, kinds.check);
        for (const failure of failures) {
          const node = startNode(opened.db);
          opened.faults.failAt(failure);
          for (const { key, outcome } of await all(node)) {
            if ('refusal' in outcome) expect(isUnavailable(outcome.refusal), `${key}: ${nameOf(failure)}`).toBe(true);
            else expect(outcome.answer, `${key}: ${nameOf(failure)}`).toEqual(expected[key]);
          }
          opened.faults.cancelFailure();
          expect(await answersOf(node), nameOf(failure)).toEqual(expected);
        }
      },
      PATIENT_MS,
    );

    it.each(kinds.counted ? QUESTION_NAMES : KEYED)(
      'leaves no answer to %s that lacks a row, or has one twice',
      async (question) => {
        const ask = QUESTIONS[question];
        for (const failure of await failuresOf(
          opened.faults,
          () => ask(startNode(opened.db)),
          kinds.wrong,
          kinds.check,
        )) {
          const node = startNode(opened.db);
          opened.faults.failAt(failure);
          const outcome = await outcomeOf(ask(node));
          expect(outcome, nameOf(failure)).toEqual({ refusal: expect.objectContaining({ code: 'UNAVAILABLE' }) });
          expect(opened.faults.hasFailed, nameOf(failure)).toBe(true);
          expect(await answersOf(node), nameOf(failure)).toEqual(expected);
        }
      },
      PATIENT_MS,
    );
  });
};
