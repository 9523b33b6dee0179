/**
 * S15: whoever comes, goes, hides, blocks and reloads, what a subscriber to a place holds is what a query answers, and both are what an
 * oracle says that knows nothing of records: exactly those with a live session there whom the viewer may see.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFanout, untilIdle } from '../support/unit/fanout.js';

const IDS = ['ann', 'bob', 'cat'] as const;
const who = fc.constantFrom(...IDS);
const tab = fc.constantFrom('tab', 'phone');
const command = fc.oneof(
  fc.record({ kind: fc.constantFrom('enter', 'leave', 'connect', 'end', 'reload'), who, tab }),
  fc.record({ kind: fc.constantFrom('hide', 'show'), who }),
  fc.record({ kind: fc.constantFrom('block', 'unblock'), who, other: who }),
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

it('a place lists exactly who has a live session there and may be seen, on each node', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 8, maxLength: 25 }), async (commands) => {
      const f = await createFanout();
      const other = await f.addHub();
      await f.users(...IDS);
      for (const a of IDS) await f.follow(a, ...IDS.filter((b) => b !== a));
      await f.people.putConversation('post', [], true);
      const watches = [];
      for (const on of [f.hub, other])
        for (const id of IDS)
          watches.push({ id, held: new Set<string>(), watch: await f.collectHere(id, 'post', { on }) });

      const there = new Map(IDS.map((id) => [id as string, new Map<string, boolean>()]));
      const hidden = new Set<string>();
      const blocks = new Set<string>();
      const sees = (a: string, b: string) => a === b || !(blocks.has(`${a} ${b}`) || blocks.has(`${b} ${a}`));
      const expected = (viewer: string) =>
        IDS.filter((id) => [...there.get(id)!.values()].includes(true))
          .filter((id) => sees(viewer, id) && (id === viewer || !hidden.has(id)))
          .sort();

      const carryOut = async (each: Command): Promise<unknown> => {
        const sessions = there.get(each.who)!;
        if ('tab' in each) {
          const isLive = sessions.has(each.tab);
          switch (each.kind) {
            case 'connect':
              await f.connect(each.who, each.tab);
              if (!isLive) sessions.set(each.tab, false);
              return undefined;
            case 'enter':
              if (!isLive) return undefined;
              await f.enter(each.who, 'post', each.tab);
              return sessions.set(each.tab, true);
            case 'leave':
              if (!isLive) return undefined;
              await f.leavePlace(each.who, 'post', each.tab);
              return sessions.set(each.tab, false);
            case 'end':
              await f.leave(each.who, each.tab);
              return sessions.delete(each.tab);
            default:
              if (!isLive) return undefined;
              // Within the grace.
              await f.presence.disconnect({
                userId: each.who,
                connectionId: `${each.who}/${each.tab}`,
                lastReceivedMsAgo: 0,
              });
              return f.connect(each.who, each.tab);
          }
        }
        if ('other' in each) {
          if (each.who === each.other) return undefined;
          await f.people[each.kind as 'block' | 'unblock'](each.who, each.other);
          if (each.kind === 'block') blocks.add(`${each.who} ${each.other}`);
          else blocks.delete(`${each.who} ${each.other}`);
          return undefined;
        }
        if (sessions.size === 0) return undefined;
        await f.set(each.who, { status: each.kind === 'hide' ? 'INVISIBLE' : 'ONLINE' });
        if (each.kind === 'hide') hidden.add(each.who);
        else hidden.delete(each.who);
        return undefined;
      };

      // Everybody is there at first: else most stories would end before two have met.
      const arrivals = IDS.flatMap((id): Command[] => [
        { kind: 'connect', who: id, tab: 'tab' },
        { kind: 'enter', who: id, tab: 'tab' },
      ]);
      for (const each of [...arrivals, ...commands]) {
        await carryOut(each);
        await untilIdle();
        for (const { id, held, watch } of watches) {
          for (const { came, went } of await watch.news()) {
            for (const { userId } of came) {
              // Nobody comes twice, nor who may not be seen.
              expect([held.has(userId), sees(id, userId)]).toEqual([false, true]);
              held.add(userId);
            }
            for (const userId of went) expect(held.delete(userId)).toBe(true);
          }
          expect([...held].sort(), `${id} after ${JSON.stringify(each)}`).toEqual(expected(id));
          const { people, count } = await f.presence.here({ kind: 'user', userId: id }, 'post');
          expect([people.map(({ userId }) => userId), count]).toEqual([expected(id), expected(id).length]);
        }
      }
      for (const { watch } of watches) await watch.end();
    }),
    { numRuns: 25, interruptAfterTimeLimit: 30_000 },
  );
});
