import { expect, it } from 'vitest';
import { createAdmissionGate } from '../../../src/server/ws/admissionGate.js';

it('a gate admits as many as it holds, and the others in order as places come free', async () => {
  const gate = createAdmissionGate(2);
  const entered: number[] = [];
  const doors = [1, 2, 3, 4].map(async (who) => {
    const leave = await gate.enter();
    entered.push(who);
    return leave;
  });
  const [first, second] = await Promise.all([doors[0]!, doors[1]!]);
  expect(entered).toEqual([1, 2]);
  second();
  (await doors[2]!)();
  const last = await doors[3]!;
  expect(entered).toEqual([1, 2, 3, 4]);
  first();
  last();
  // All places are free again.
  await Promise.all([gate.enter(), gate.enter()]);
});

it('those who wait can be rejected, and those who come later wait again', async () => {
  const gate = createAdmissionGate(1);
  const leave = await gate.enter();
  const turnedAway = [gate.enter(), gate.enter()].map((entering) => expect(entering).rejects.toThrow('Not now.'));
  gate.rejectWaiting(new Error('Not now.'));
  await Promise.all(turnedAway);
  const later = gate.enter();
  leave();
  (await later)();
  await gate.enter();
});
