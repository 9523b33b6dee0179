/** What is measured, in the order of the report, and what it is to come to. */
import { figuresOf, SAME_RATE, SHARES } from './workloads/latency.js';

export interface Figure {
  readonly workload: string;
  readonly figure: string;
  readonly title: string;
  readonly unit: 'µs' | 'ms' | 'KiB' | '';
  readonly per: string;
}

/** The shapes of the workloads of latency. */
const LATENCY = {
  'latency-1000': 'One user, watched by 1,000',
  'latency-graph': '1,000 users, each watching 50',
};

const delivery = { unit: 'µs', per: 'server CPU a delivery' } as const;

export const FIGURES: readonly Figure[] = [
  {
    workload: 'fanout-1000',
    figure: 'one by one',
    title: 'One user, watched by 1,000: one change at a time',
    ...delivery,
  },
  {
    workload: 'fanout-1000',
    figure: 'bursts of 20',
    title: 'One user, watched by 1,000: 20 changes at once',
    ...delivery,
  },
  {
    workload: 'named-1000',
    figure: 'one by one',
    title: 'The same with the document of the README, which asks for names: one change at a time',
    ...delivery,
  },
  {
    workload: 'named-1000',
    figure: 'bursts of 20',
    title: 'The same with the document of the README, which asks for names: 20 changes at once',
    ...delivery,
  },
  {
    workload: 'fanout-5000',
    figure: 'one by one',
    title: 'One user, watched by 5,000: one change at a time',
    ...delivery,
  },
  {
    workload: 'fanout-5000',
    figure: 'bursts of 20',
    title: 'One user, watched by 5,000: 20 changes at once',
    ...delivery,
  },
  {
    workload: 'graph-1000',
    figure: 'changes',
    title: '1,000 users, each watching 50: 32 changes in flight',
    ...delivery,
  },
  {
    workload: 'graph-5000',
    figure: 'changes',
    title: '5,000 users, each watching 50: 32 changes in flight',
    ...delivery,
  },
  {
    workload: 'connect',
    figure: 'connect',
    title: '5,000 connect, sign in, and subscribe to 50 users each, with their present state',
    unit: 'µs',
    per: 'server CPU a connection',
  },
  { workload: 'connect', figure: 'heap', title: 'The same: heap', unit: 'KiB', per: 'memory a connection' },
  {
    workload: 'connect',
    figure: 'resident',
    title: 'The same: resident memory, buffers of the moment included',
    unit: 'KiB',
    per: 'memory a connection',
  },
  {
    workload: 'mutations',
    figure: 'over HTTP',
    title: 'Changes that nobody watches, over HTTP, 32 in flight',
    unit: 'µs',
    per: 'server CPU a change',
  },
  {
    workload: 'mutations',
    figure: 'over WebSocket',
    title: "Changes that nobody watches, over the user's own WebSocket, 32 in flight",
    unit: 'µs',
    per: 'server CPU a change',
  },
  {
    workload: 'cold-connect',
    figure: 'connect',
    title: 'Just started: the first 1,000 connect, 128 at once, sign in, and subscribe to 50 users each',
    unit: 'µs',
    per: 'server CPU a connection',
  },
  { workload: 'cold-connect', figure: 'time', title: 'The same: until all are there', unit: 'ms', per: 'time' },
  {
    workload: 'cold-change',
    figure: 'over HTTP',
    title: 'Just started: the first change of each of 1,000 users, over HTTP, 32 in flight',
    unit: 'µs',
    per: 'server CPU a change',
  },
  {
    workload: 'cold-fanout',
    figure: 'one by one',
    title: 'Just started: one user, watched by 1,000: the first 20 changes, one at a time',
    ...delivery,
  },
  {
    workload: 'counts-5000',
    figure: 'one by one',
    title: 'Counts of one object, watched by 5,000: one put at a time',
    ...delivery,
  },
  {
    workload: 'counts-storm',
    figure: 'deliveries',
    title: 'Counts of one object, watched by 200: 1,000 puts in a second',
    unit: '',
    per: 'deliveries a watcher',
  },
  {
    workload: 'counts-storm',
    figure: 'server CPU',
    title: 'The same: CPU time of all of it',
    unit: 'ms',
    per: 'server CPU',
  },
  {
    workload: 'counts-storm',
    figure: 'storm',
    title: 'The same: until the last put was answered',
    unit: 'ms',
    per: 'time',
  },
  {
    workload: 'tell',
    figure: 'setPresence',
    title: 'Beside `tell`: changes that nobody watches, over HTTP, 32 in flight',
    unit: 'µs',
    per: 'server CPU a change',
  },
  {
    workload: 'tell',
    figure: 'tell',
    title: 'Acts with one recipient, each told alone, 32 in flight',
    unit: 'µs',
    per: 'server CPU an act',
  },
  { workload: 'tell', figure: 'tell, time', title: 'The same: time', unit: 'ms', per: 'time an act' },
  {
    workload: 'tell',
    figure: 'followers',
    title: 'Acts by one with 5,000 followers, one at a time',
    unit: 'ms',
    per: 'time an act',
  },
  {
    workload: 'tell',
    figure: 'alone, half',
    title: 'Acts with one recipient, one call at a time',
    unit: 'ms',
    per: 'time of half of the calls',
  },
  {
    workload: 'tell',
    figure: 'alone, 99 %',
    title: 'The same: 99 of 100',
    unit: 'ms',
    per: 'time of 99 of 100 calls',
  },
  {
    workload: 'tell',
    figure: '64 at once, half',
    title: 'Acts with one recipient, 64 calls at once',
    unit: 'ms',
    per: 'time of half of the calls',
  },
  {
    workload: 'tell',
    figure: '64 at once, 99 %',
    title: 'The same: 99 of 100',
    unit: 'ms',
    per: 'time of 99 of 100 calls',
  },
  {
    workload: 'tray',
    figure: 'events a second',
    title: '10,000 acts in a second, or as fast as they are taken, into one tray',
    unit: '',
    per: 'events a second, after the first',
  },
  { workload: 'tray', figure: 'events', title: 'The same: events', unit: '', per: 'events in all' },
  {
    workload: 'tray',
    figure: 'storm',
    title: 'The same: until the last act was answered',
    unit: 'ms',
    per: 'time',
  },
  { workload: 'tray', figure: 'server CPU', title: 'The same: CPU time', unit: 'µs', per: 'server CPU an act' },
  {
    workload: 'timeline',
    figure: 'pages',
    title: 'Pages of 50 of a timeline of 200 followed among 1,000, of 20,000 acts: 32 in flight',
    unit: 'µs',
    per: 'server CPU a page',
  },
  { workload: 'timeline', figure: 'page, time', title: 'The same, one at a time', unit: 'ms', per: 'time a page' },
  ...Object.entries(LATENCY).map(
    ([workload, shape]): Figure => ({
      workload,
      figure: 'capacity',
      title: `${shape}: 32 changes in flight, as fast as they go`,
      unit: '',
      per: 'deliveries a second',
    }),
  ),
];

/** Several figures of one workload beside each other. */
export interface Columns {
  readonly workload: string;
  readonly title: string;
  readonly columns: readonly { readonly figure: string; readonly head: string }[];
}

export const COLUMNS: readonly Columns[] = Object.entries(LATENCY).flatMap(([workload, shape]) => {
  const loads = [
    ...Object.keys(SHARES).map((load) => ({ load, of: `${load} of the server's capacity` })),
    { load: SAME_RATE, of: 'the same rate for all' },
  ];
  return loads.map(({ load, of }) => {
    const { rate, half, most, worst, cost } = figuresOf(load);
    return {
      workload,
      title: `${shape}: changes by the clock, ${of}`,
      columns: [
        { figure: rate, head: 'changes a second' },
        { figure: half, head: 'half of the deliveries within, ms' },
        { figure: most, head: '99 of 100 within, ms' },
        { figure: worst, head: 'the last within, ms' },
        { figure: cost, head: 'server CPU a delivery, µs' },
      ],
    };
  });
});

/**
 * What a figure is to be at most: as a ratio to another server, to another figure of its own server (`toFigure`), or (`to` null, or
 * `plus`, more than the other server) in its own unit.
 */
export interface Goal {
  readonly what: string;
  readonly workload: string;
  readonly figure: string;
  readonly server: string;
  readonly to: string | null;
  readonly toFigure?: string;
  readonly plus?: true;
  readonly atMost: number;
}

const toBare = { server: 'rollcall', to: 'ws' } as const;
const toTextbook = { server: 'rollcall-redis', to: 'textbook' } as const;

export const GOALS: readonly Goal[] = [
  { what: 'Watched by 1,000', workload: 'fanout-1000', figure: 'one by one', ...toBare, atMost: 1.1 },
  { what: 'Watched by 1,000, with names', workload: 'named-1000', figure: 'one by one', ...toBare, atMost: 1.1 },
  { what: 'Watched by 5,000', workload: 'fanout-5000', figure: 'one by one', ...toBare, atMost: 1.1 },
  { what: 'Watched by 1,000, bursts', workload: 'fanout-1000', figure: 'bursts of 20', ...toBare, atMost: 0.2 },
  { what: 'Watched by 5,000, bursts', workload: 'fanout-5000', figure: 'bursts of 20', ...toBare, atMost: 0.2 },
  { what: '1,000 × 50', workload: 'graph-1000', figure: 'changes', ...toBare, atMost: 0.8 },
  { what: '5,000 × 50', workload: 'graph-5000', figure: 'changes', ...toBare, atMost: 0.95 },
  { what: 'Connecting', workload: 'connect', figure: 'connect', ...toBare, atMost: 1.5 },
  {
    what: 'Connecting, on Redis + PostgreSQL',
    workload: 'connect',
    figure: 'connect',
    server: 'rollcall-redis',
    to: 'ws',
    atMost: 2,
  },
  { what: 'Connecting to a process just started', workload: 'cold-connect', figure: 'connect', ...toBare, atMost: 2.5 },
  {
    what: 'Connecting to a process just started, on Redis + PostgreSQL',
    workload: 'cold-connect',
    figure: 'connect',
    server: 'rollcall-redis',
    to: 'ws',
    atMost: 3,
  },
  {
    what: 'Resident memory a connection, KiB',
    workload: 'connect',
    figure: 'resident',
    server: 'rollcall',
    to: null,
    atMost: 14,
  },
  { what: 'Heap a connection, KiB', workload: 'connect', figure: 'heap', server: 'rollcall', to: null, atMost: 10 },
  { what: 'A change over HTTP', workload: 'mutations', figure: 'over HTTP', ...toTextbook, atMost: 0.35 },
  { what: 'Watched by 1,000', workload: 'fanout-1000', figure: 'one by one', ...toTextbook, atMost: 0.15 },
  { what: 'Watched by 5,000', workload: 'fanout-5000', figure: 'one by one', ...toTextbook, atMost: 0.15 },
  { what: '1,000 × 50', workload: 'graph-1000', figure: 'changes', ...toTextbook, atMost: 0.15 },
  { what: '5,000 × 50', workload: 'graph-5000', figure: 'changes', ...toTextbook, atMost: 0.15 },
  { what: 'Counts, watched by 5,000', workload: 'counts-5000', figure: 'one by one', ...toBare, atMost: 1.1 },
  ...(['rollcall-defaults', 'rollcall-redis-defaults'] as const).flatMap((server): readonly Goal[] => [
    {
      what: 'Deliveries a watcher of 1,000 puts in a second',
      workload: 'counts-storm',
      figure: 'deliveries',
      server,
      to: null,
      atMost: 2,
    },
    {
      what: 'Events a second of 10,000 acts into a tray',
      workload: 'tray',
      figure: 'events a second',
      server,
      to: null,
      // Of two timers, one of them somebody else's.
      atMost: 1.05,
    },
  ]),
  {
    what: '`tell` with one recipient',
    workload: 'tell',
    figure: 'tell',
    server: 'rollcall-redis',
    to: 'rollcall-redis',
    toFigure: 'setPresence',
    atMost: 3,
  },
  ...Object.entries(LATENCY).flatMap(([workload, shape]) =>
    (['rollcall', 'rollcall-redis'] as const).map(
      (server): Goal => ({
        what: `99 of 100 deliveries at half load, ms: ${shape}`,
        workload,
        figure: figuresOf('50 %').most,
        server,
        to: 'ws',
        plus: true,
        atMost: 5,
      }),
    ),
  ),
];
