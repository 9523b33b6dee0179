/**
 * What the time of an answer tells: `npm run test:timing` asks about twins of whom a viewer may not know which is which, in
 * turns, and prints how well their times tell them apart. The thresholds are those of docs/security.md.
 */
import { expect, it } from 'vitest';
import { serve } from '../support/http/rollcall.js';
import { type Choices, createChoices } from '../support/unit/choices.js';

const SAMPLES = Number(process.env.ROLLCALL_SAMPLES ?? 1_000);
const WARM_UP = 200;
const TOGETHER = 100;
/** How often a guess from one answer, and from the median of a hundred, may be right. A coin is right in a half. */
const THRESHOLD = { one: 0.6, hundred: 0.9 };

const rollcall = await serve({ RATE_TYPING: 'off', RATE_MUTATIONS: 'off', RATE_PRESENCE: 'off', RATE_READS: 'off' });
const { host } = rollcall;

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** How often the time of the one is longer than that of the other, or shorter, whichever is more: from 0.5 to 1. */
const toldApart = (ones: readonly number[], others: readonly number[]): number => {
  let longer = 0;
  for (const one of ones) for (const other of others) longer += one > other ? 1 : one === other ? 0.5 : 0;
  const share = longer / (ones.length * others.length);
  return Math.max(share, 1 - share);
};

/** Medians of so many of the times, drawn at random. */
const medians = (times: readonly number[], choices: Choices): readonly number[] =>
  Array.from({ length: 300 }, () => median(Array.from({ length: TOGETHER }, () => choices.pick(times))));

const timed = async (ask: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await ask();
  return performance.now() - from;
};

it('the time of an answer does not tell what the viewer may not know', { timeout: 600_000 }, async () => {
  const [me, hides, left, blocks, other] = await rollcall.strangers('me', 'hides', 'left', 'blocks', 'other');
  const people = [hides, left, blocks, other];
  for (const person of people) await person.updatePrivacy({ status: 'EVERYONE' });
  for (const person of [hides, left, blocks]) {
    const socket = await person.connect({ sessionId: 'tab', device: 'WEB' });
    if (person === hides) await socket.setPresence({ status: 'INVISIBLE' });
    if (person === left) await person.endSession('tab');
  }
  await blocks.block(me.id);
  const [theirs, none] = [rollcall.fresh('room'), rollcall.fresh('room')];
  await host.putConversation(theirs, [hides.id, other.id]);
  const nobody = rollcall.fresh('nobody');
  const seen = (id: string) => () =>
    me.ask('query ($id: ID!) { userPresence(userId: $id) { status lastSeen } }', { id });
  const types = (room: string) => () =>
    me.ask('mutation ($room: ID!) { setTyping(input: { conversationId: $room }) { isTyping } }', { room });

  const twins: Readonly<Record<string, readonly [() => Promise<unknown>, () => Promise<unknown>]>> = {
    'hides and is live, or left': [seen(hides.id), seen(left.id)],
    'blocks the viewer, or is nobody': [seen(blocks.id), seen(nobody)],
    'a conversation of others, or none': [types(theirs), types(none)],
    'the same twice': [seen(left.id), seen(left.id)],
  };
  const choices = createChoices(1);
  const rows: Record<string, Record<string, number>> = {};
  for (const [name, [one, other]] of Object.entries(twins)) {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < WARM_UP + SAMPLES; i += 1) {
      const first = choices.int(2);
      const pair = [first, 1 - first].map((which) => [which, which === 0 ? one : other] as const);
      for (const [which, ask] of pair) {
        const took = await timed(ask);
        if (i >= WARM_UP) times[which]!.push(took);
      }
    }
    const [ones, others] = times;
    rows[name] = {
      'median ms': Number(median(ones).toFixed(3)),
      'median ms of the other': Number(median(others).toFixed(3)),
      'told apart by one': Number(toldApart(ones, others).toFixed(3)),
      'by a hundred': Number(toldApart(medians(ones, choices), medians(others, choices)).toFixed(3)),
    };
  }
  console.table(rows);
  for (const [name, row] of Object.entries(rows)) {
    expect(row['told apart by one'], name).toBeLessThan(THRESHOLD.one);
    expect(row['by a hundred'], name).toBeLessThan(THRESHOLD.hundred);
  }
});
