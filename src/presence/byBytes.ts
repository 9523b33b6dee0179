/** From here on a unit of UTF-16 is a surrogate, or of a character behind all surrogates. */
const SURROGATES = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** Characters beyond the first 65,536 are written with surrogates, and come last all the same. */
const ranked = (unit: number): number => {
  if (unit < SURROGATES) return unit;
  return unit < BEHIND_SURROGATES ? unit + 0x2000 : unit - 0x800;
};

/** Orders ids as their bytes in UTF-8: as Redis does, whereas JavaScript compares units of UTF-16. */
export const byBytes = (one: string, other: string): number => {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i += 1) {
    const [unit, otherUnit] = [one.charCodeAt(i), other.charCodeAt(i)];
    if (unit !== otherUnit) return ranked(unit) - ranked(otherUnit);
  }
  return one.length - other.length;
};
