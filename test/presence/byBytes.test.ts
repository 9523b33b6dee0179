import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byBytes } from '../../src/presence/byBytes.js';

it('orders as bytes in UTF-8 do', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '🍎', '🍏'), fc.string({ unit: 'binary' })),
  });
  fc.assert(
    fc.property(text, text, (one, other) => {
      // Halves of characters have no bytes of their own.
      fc.pre([one, other].every((each) => Buffer.from(each).toString() === each));
      expect(Math.sign(byBytes(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
    }),
  );
});
