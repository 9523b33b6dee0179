/** The first word of a name. */
export const firstName = (name: string): string => name.split(' ', 1)[0]!;

/** At most two letters for a picture: "AL". */
export const initials = (name: string): string => {
  const words = name.split(' ').filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
};
