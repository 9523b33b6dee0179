/** Who types what, in one sentence: "Ada and Ben are typing…". Empty when nobody does; beyond three it names nobody. */
export const typingSentence = (names: readonly string[], what = ''): string => {
  const typing = what ? `typing ${what}…` : 'typing…';
  const [first, second, third] = names;
  switch (names.length) {
    case 0:
      return '';
    case 1:
      return `${first} is ${typing}`;
    case 2:
      return `${first} and ${second} are ${typing}`;
    case 3:
      return `${first}, ${second} and ${third} are ${typing}`;
    default:
      return `Several people are ${typing}`;
  }
};
