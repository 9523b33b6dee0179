/** What is measured, in the order of the report, and what it is to come to. */

export interface Figure {
  readonly workload: string;
  readonly figure: string;
  readonly title: string;
  readonly unit: 'µs' | 'KiB';
  readonly per: string;
}

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
];

/** What a figure is to be at most: as a ratio to another server, or (`to` null) in its own unit. */
export interface Goal {
  readonly what: string;
  readonly workload: string;
  readonly figure: string;
  readonly server: string;
  readonly to: string | null;
  readonly atMost: number;
}

const toBare = { server: 'rollcall', to: 'ws' } as const;
const toTextbook = { server: 'rollcall-redis', to: 'textbook' } as const;

export const GOALS: readonly Goal[] = [
  { what: 'Watched by 1,000', workload: 'fanout-1000', figure: 'one by one', ...toBare, atMost: 1.1 },
  { what: 'Watched by 5,000', workload: 'fanout-5000', figure: 'one by one', ...toBare, atMost: 1.1 },
  { what: 'Watched by 1,000, bursts', workload: 'fanout-1000', figure: 'bursts of 20', ...toBare, atMost: 0.2 },
  { what: 'Watched by 5,000, bursts', workload: 'fanout-5000', figure: 'bursts of 20', ...toBare, atMost: 0.2 },
  { what: '1,000 × 50', workload: 'graph-1000', figure: 'changes', ...toBare, atMost: 0.7 },
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
  {
    what: 'Resident memory a connection, KiB',
    workload: 'connect',
    figure: 'resident',
    server: 'rollcall',
    to: null,
    atMost: 10,
  },
  { what: 'Heap a connection, KiB', workload: 'connect', figure: 'heap', server: 'rollcall', to: null, atMost: 10 },
  { what: 'A change over HTTP', workload: 'mutations', figure: 'over HTTP', ...toTextbook, atMost: 0.25 },
  { what: 'Watched by 1,000', workload: 'fanout-1000', figure: 'one by one', ...toTextbook, atMost: 0.15 },
  { what: 'Watched by 5,000', workload: 'fanout-5000', figure: 'one by one', ...toTextbook, atMost: 0.15 },
  { what: '1,000 × 50', workload: 'graph-1000', figure: 'changes', ...toTextbook, atMost: 0.15 },
  { what: '5,000 × 50', workload: 'graph-5000', figure: 'changes', ...toTextbook, atMost: 0.15 },
];
