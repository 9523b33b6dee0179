import { expect, it } from 'vitest';
import { createRelations, type Privacy } from './relations.js';

const FOLLOWERS: Privacy = { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' };

const of = (...ids: readonly string[]) => {
  const relations = createRelations(() => 1_000);
  for (const id of ids) relations.of(id).exists = true;
  return relations;
};
const seen = { status: true, lastSeen: true, activity: true };
const unseen = { status: false, lastSeen: false, activity: false };

it('followers, circles and conversations that are not open let see; nothing else does', () => {
  const relations = of('ada', 'ben');
  expect(relations.sight('ada', 'ben')).toEqual(unseen);
  expect(relations.sight('ada', 'ada')).toEqual(seen);
  relations.of('ada').follows.add('ben');
  expect(relations.sight('ada', 'ben')).toEqual(seen);
  expect(relations.sight('ben', 'ada')).toEqual(unseen);
  relations.setConversation('talk', ['ada', 'ben'], true);
  expect(relations.sight('ben', 'ada')).toEqual(unseen);
  relations.setConversation('talk', ['ada', 'ben'], false);
  expect(relations.sight('ben', 'ada')).toEqual(seen);
  relations.removeConversation('talk');
  relations.setCircle('circle', ['ada', 'ben']);
  expect(relations.sight('ben', 'ada')).toEqual(seen);
});

it('a block hides both from each other', () => {
  const relations = of('ada', 'ben');
  for (const id of ['ada', 'ben']) relations.of(id).privacy = { ...FOLLOWERS, status: 'EVERYONE' };
  relations.of('ada').blocks.add('ben');
  expect(relations.sight('ada', 'ben')).toEqual(unseen);
  expect(relations.sight('ben', 'ada')).toEqual(unseen);
});

it('facets are never wider than the status, and MUTUALS follow each other', () => {
  const relations = of('ada', 'ben');
  relations.of('ada').follows.add('ben');
  relations.of('ben').privacy = { status: 'EVERYONE', lastSeen: 'MUTUALS', activity: 'NOBODY' };
  expect(relations.sight('ada', 'ben')).toEqual({ status: true, lastSeen: false, activity: false });
  relations.of('ben').follows.add('ada');
  expect(relations.sight('ada', 'ben')).toEqual({ status: true, lastSeen: true, activity: false });
  relations.of('ben').privacy = { status: 'NOBODY', lastSeen: 'EVERYONE', activity: 'EVERYONE' };
  expect(relations.sight('ada', 'ben')).toEqual(unseen);
});

it('of a deleted user nothing is left', () => {
  const relations = of('ada', 'ben');
  relations.of('ada').follows.add('ben');
  relations.setCircle('circle', ['ada', 'ben']);
  relations.remove('ben');
  expect(relations.sight('ada', 'ben')).toEqual(unseen);
  relations.of('ben').exists = true;
  expect(relations.sight('ada', 'ben')).toEqual(unseen);
  expect(relations.roster('ada')).toEqual(new Set());
});

it('while a change is under way nothing is known of the pair', async () => {
  const relations = of('ada', 'ben');
  let answer = () => {};
  const changing = relations.change(
    ['ada'],
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
    () => {},
  );
  expect(relations.sightChangedAt('ben', 'ada')).toBe(Number.POSITIVE_INFINITY);
  answer();
  await changing;
  expect(relations.sightChangedAt('ben', 'ada')).toBe(1_000);
});
