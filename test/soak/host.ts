/** The host's back end: who there is, what happened, and what it changes while people are about. */
import { MUTATIONS, QUERIES } from './documents.js';
import { AUDIENCES } from './relations.js';
import { insist } from './requests.js';
import { pick, pickSome, portOf, type World } from './world.js';

const ask = <T>(world: World, query: string, variables: object = {}): Promise<T> =>
  insist(() => world.requests.graphql<T>(portOf(world), world.hostToken, query, variables));

/** Somebody who was deleted is back, with nothing of before. */
export const nameUsers = (world: World, ids: readonly string[]): Promise<unknown> =>
  world.relations.change(
    ids,
    () => ask(world, MUTATIONS.upsertUsers, { users: ids.map((id) => ({ id, name: `Name of ${id}` })) }),
    () => {
      for (const id of ids) world.relations.of(id).exists = true;
    },
  );

const FOLLOWS = 10;
const MEMBERS = 8;
const BULK = 500;

const follow = (world: World, pairs: readonly { followerId: string; followeeId: string }[]) =>
  world.relations.change(
    new Set(pairs.flatMap(({ followerId, followeeId }) => [followerId, followeeId])),
    () => ask(world, MUTATIONS.addFollows, { follows: pairs }),
    () => {
      for (const { followerId, followeeId } of pairs) world.relations.of(followerId).follows.add(followeeId);
    },
  );

/** Everybody may be touched: members of before are not asked for. */
const putCircle = (world: World, id: string) => {
  const memberIds = pickSome(world, world.ids, MEMBERS);
  return world.relations.change(
    world.ids,
    () => ask(world, MUTATIONS.putCircle, { id, memberIds }),
    () => world.relations.setCircle(id, memberIds),
  );
};

const putConversation = (world: World, id: string) => {
  const open = world.halls.includes(id);
  const isPost = world.posts.includes(id);
  const memberIds = isPost ? [] : pickSome(world, world.ids, MEMBERS);
  const owner = isPost ? { ownerId: pick(world, world.ids), audience: pick(world, AUDIENCES) } : {};
  return world.relations.change(
    world.ids,
    () => ask(world, MUTATIONS.putConversation, { id, memberIds, open, ...owner }),
    () => world.relations.setConversation(id, memberIds, open),
  );
};

/** All users, follows, circles and objects, as they are before anybody comes. */
export const prepare = async (world: World): Promise<void> => {
  await nameUsers(world, world.ids);
  const follows = world.ids.flatMap((followerId) =>
    pickSome(world, world.ids, FOLLOWS).flatMap((followeeId) =>
      followeeId === followerId ? [] : [{ followerId, followeeId }],
    ),
  );
  for (let from = 0; from < follows.length; from += BULK) await follow(world, follows.slice(from, from + BULK));
  for (const id of world.circles) await putCircle(world, id);
  for (const id of world.objects) await putConversation(world, id);
};

let acts = 0;
const told: string[] = [];
/** Of acts that may be taken back. */
const REMEMBERED = 100;

const tell = (world: World) => {
  const made = Array.from({ length: 1 + Math.floor(world.random() * 5) }, () => ({
    id: `act-${++acts}`,
    verb: pick(world, ['like', 'comment', 'repost']),
    actorId: pick(world, world.ids),
    objectId: pick(world, world.objects),
    text: `text ${acts}`,
    notify: pickSome(world, world.ids, 3),
    audience: pick(world, AUDIENCES),
  }));
  told.push(...made.map(({ id }) => id));
  told.splice(0, told.length - REMEMBERED);
  return ask(world, MUTATIONS.tell, { acts: made });
};

const retract = (world: World) =>
  ask(world, MUTATIONS.retract, { actIds: told.length > 0 ? pickSome(world, told, 2) : [] });

let version = 0;
const putCounts = (world: World) =>
  ask(world, MUTATIONS.putCounts, {
    counts: pickSome(world, world.objects, 3).map((objectId) => ({
      objectId,
      counts: [{ name: pick(world, ['likes', 'comments']), value: Math.floor(world.random() * 1_000) }],
      version: String(++version),
    })),
  });

const putActivity = (world: World) =>
  ask(world, MUTATIONS.putActivity, {
    userId: pick(world, world.ids),
    source: 'calls',
    activities: world.random() < 0.4 ? [] : [{ type: 'IN_CALL', name: `call ${++version}` }],
  });

const report = async (world: World) => {
  const userId = pick(world, world.ids);
  const at = Date.now();
  const [from, to] = [new Date(at - 60_000).toISOString(), new Date(at + 1_000).toISOString()];
  await ask(world, QUERIES.presenceHistory, { userId, from, to });
  await ask(world, QUERIES.online);
};

/** What the host does while people do what they do. NOT_FOUND is right for a user who was deleted. */
export const HOST_DEEDS = [
  { name: 'tell', weight: 12, run: tell },
  { name: 'retract', weight: 3, run: retract },
  { name: 'putCounts', weight: 6, run: putCounts },
  { name: 'putActivity', weight: 3, run: putActivity },
  { name: 'report', weight: 1, run: report },
] as const;

const remake = async (world: World) => {
  const id = pick(world, world.objects);
  await world.relations.change(
    world.ids,
    () => ask(world, MUTATIONS.deleteConversation, { id }),
    () => world.relations.removeConversation(id),
  );
  await putConversation(world, id);
};

/** A user goes for good, and may be named anew later. */
const deleteUser = async (world: World) => {
  const id = pick(
    world,
    world.ids.filter((each) => world.relations.of(each).exists),
  );
  await world.relations.change(
    world.ids,
    () => ask(world, MUTATIONS.deleteUser, { userId: id }),
    () => world.relations.remove(id),
  );
  world.bus?.forget(id);
};

const renew = async (world: World) => {
  const gone = world.ids.filter((id) => !world.relations.of(id).exists);
  if (gone.length > 0) await nameUsers(world, gone);
};

/** What touches many at a time: nobody does anything meanwhile, so that it is known what holds afterwards. */
export const HOST_UPHEAVALS = [
  { name: 'putCircle', weight: 2, run: (world: World) => putCircle(world, pick(world, world.circles)) },
  { name: 'putConversation', weight: 4, run: (world: World) => putConversation(world, pick(world, world.objects)) },
  { name: 'deleteConversation', weight: 2, run: remake },
  { name: 'deleteUser', weight: 2, run: deleteUser },
  { name: 'upsertUsers', weight: 3, run: renew },
] as const;
