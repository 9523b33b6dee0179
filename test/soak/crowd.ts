/** The crowd: people do things at random, so many a second, until they are asked to hold still, or to leave. */
import { setTimeout as wait } from 'node:timers/promises';
import { HOST_DEEDS, HOST_UPHEAVALS } from './host.js';
import { come, DEEDS, type Deed, go, type Person } from './people.js';
import { HungUp, Refusal } from './requests.js';
import { tokenOf } from './tokens.js';
import { pick, pickWeighted, type World } from './world.js';

export interface Crowd {
  readonly people: readonly Person[];
  /** How many tabs are open. */
  readonly open: number;
  /** Begins, or goes on. */
  start(): void;
  /** Resolves when nothing is under way any more. */
  hold(): Promise<void>;
}

/** Of so many people, one tab is open. */
const OPEN_SHARE = 0.6;
/** Of all that is done, what the host does, and what it does while everybody holds still. */
const HOST_SHARE = 0.12;
const UPHEAVAL_SHARE = 0.012;
/** Refusals that are right: too often, gone meanwhile, deleted, away. */
const EXPECTED = ['RATE_LIMITED', 'NOT_FOUND', 'UNAVAILABLE', 'UNAUTHENTICATED'];

export const createCrowd = (
  world: World,
  { actsASecond, isRestarting }: { readonly actsASecond: number; readonly isRestarting: () => boolean },
): Crowd => {
  const people: readonly Person[] = world.ids.map((id) => ({ id, token: tokenOf(id), tabs: new Set(), busy: false }));
  const underWay = new Set<Promise<void>>();
  let running: Promise<void> | null = null;
  let asked = false;

  const isExpected = (error: unknown): boolean => {
    if (error instanceof Refusal) return EXPECTED.includes(error.code);
    // A socket that does not open says why as it closes; requests hang up where a node ends.
    return error instanceof HungUp ? isRestarting() : `${error}`.includes('closed') || isRestarting();
  };
  const attempt = async (name: string, deed: () => Promise<unknown>) => {
    try {
      await deed();
      world.count(name);
    } catch (error) {
      world.count(`${name}: ${error instanceof Refusal ? error.code : 'no answer'}`);
      if (!isExpected(error)) world.failed(`${name}: ${error instanceof Error ? error.stack : error}`);
    }
  };
  const follow = (doing: Promise<void>) => {
    underWay.add(doing);
    void doing.finally(() => underWay.delete(doing));
  };
  const settle = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  const openTabs = () => people.reduce((sum, { tabs }) => sum + tabs.size, 0);

  const oneDeed = () => {
    const person = pick(world, people);
    if (person.busy) return;
    for (const tab of person.tabs) if (tab.isOver) person.tabs.delete(tab);
    const few = openTabs() < people.length * OPEN_SHARE;
    const deeds: readonly Deed[] = [...DEEDS, { ...come, weight: few ? 30 : 8 }, { ...go, weight: few ? 8 : 30 }];
    const deed = pickWeighted(
      world,
      deeds.filter(({ fits }) => fits?.(person) ?? true),
    );
    person.busy = true;
    follow(
      attempt(deed.name, () => deed.run(world, person)).finally(() => {
        person.busy = false;
      }),
    );
  };
  const step = async () => {
    const which = world.random();
    if (which < UPHEAVAL_SHARE) {
      await settle();
      const { name, run } = pickWeighted(world, HOST_UPHEAVALS);
      await attempt(name, () => run(world));
    } else if (which < UPHEAVAL_SHARE + HOST_SHARE) {
      const { name, run } = pickWeighted(world, HOST_DEEDS);
      follow(attempt(name, () => run(world)));
    } else oneDeed();
  };
  const run = async () => {
    while (!asked) {
      await wait((-Math.log(1 - world.random()) * 1_000) / actsASecond);
      if (!asked) await step();
    }
    await settle();
  };

  return {
    people,
    get open() {
      return openTabs();
    },
    start() {
      asked = false;
      running ??= run();
    },
    async hold() {
      asked = true;
      await running;
      running = null;
    },
  };
};
