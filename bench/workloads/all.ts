/** The workloads by name, full-sized and (for a look at whether all works) small. */
import type { Target } from '../client/crowd.js';
import type { Reading } from '../measure.js';
import { coldChange, coldConnect, coldFanout } from './cold.js';
import { connect } from './connect.js';
import { counts, countsStorm } from './counts.js';
import { fanout } from './fanout.js';
import { graph } from './graph.js';
import { latency, star, web } from './latency.js';
import { mutations } from './mutations.js';
import { telling } from './tell.js';
import { timeline } from './timeline.js';
import { tray } from './tray.js';

export type Workload = (target: Target) => Promise<readonly Reading[]>;

/** What a server must know of beforehand: users by kind. Those of all workloads have these ids. */
export const KINDS = ['star', 'fan', 'user', 'early'] as const;

const QUICK_USERS = 200;

/** At most how many users of one kind take part. */
export const usersOf = (quick: boolean): number => (quick ? QUICK_USERS : 5_000);

export const workloads = (quick: boolean) => {
  const size = (users: number) => (quick ? QUICK_USERS : users);
  const few = (count: number) => (quick ? Math.ceil(count / 20) : count);
  return {
    'fanout-1000': fanout({ watchers: size(1_000), changes: few(150), bursts: few(15) }),
    'fanout-5000': fanout({ watchers: size(5_000), changes: few(30), bursts: few(3) }),
    'named-1000': fanout({ watchers: size(1_000), changes: few(150), bursts: few(15), named: true }),
    'graph-1000': graph({ users: size(1_000), changes: quick ? QUICK_USERS : 1_000 }),
    'graph-5000': graph({ users: size(5_000), changes: quick ? QUICK_USERS : 2_500 }),
    connect: connect({ users: size(5_000) }),
    mutations: mutations({ users: size(4_000) }),
    'latency-1000': latency({ shape: star(size(1_000)), sameRate: 50, seconds: quick ? 1 : 8 }),
    'latency-graph': latency({ shape: web(size(1_000)), sameRate: 1_000, seconds: quick ? 1 : 8 }),
    'cold-connect': coldConnect({ users: size(1_000) }),
    'cold-change': coldChange({ users: size(1_000) }),
    'cold-fanout': coldFanout({ watchers: size(1_000), changes: few(20) }),
    'counts-5000': counts({ watchers: size(5_000), puts: few(30) }),
    'counts-storm': countsStorm({ watchers: size(200), puts: quick ? 100 : 1_000 }),
    tell: telling({ users: size(5_000), acts: size(2_000), posts: few(40) }),
    tray: tray({ users: size(5_000), acts: quick ? 500 : 10_000 }),
    timeline: timeline({
      readers: few(100),
      authors: size(1_000),
      followed: quick ? 20 : 200,
      acts: quick ? 500 : 20_000,
      times: quick ? 2 : 5,
    }),
  } satisfies Record<string, Workload>;
};

/** Of the servers that have names, and of the bare one, whose messages have none. */
export const NAMED_WORKLOAD = 'named-1000' satisfies keyof ReturnType<typeof workloads>;

/** How long deliveries take. */
export const LATENCY_WORKLOADS = ['latency-1000', 'latency-graph'] as const satisfies readonly (keyof ReturnType<
  typeof workloads
>)[];

export type WorkloadName = keyof ReturnType<typeof workloads>;
export const WORKLOAD_NAMES = Object.keys(workloads(true)) as readonly WorkloadName[];

/** In a process that was just started. */
export const COLD_WORKLOADS = ['cold-connect', 'cold-change', 'cold-fanout'] as const satisfies readonly WorkloadName[];

export const isCold = (name: WorkloadName): boolean => COLD_WORKLOADS.some((each) => each === name);

/** What happens to people, and what happens around them. */
export const PRESENCE_WORKLOADS = [
  'fanout-1000',
  'fanout-5000',
  'graph-1000',
  'graph-5000',
  'connect',
  'mutations',
  ...COLD_WORKLOADS,
] as const satisfies readonly WorkloadName[];
