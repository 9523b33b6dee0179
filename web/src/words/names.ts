import type { Presence } from '@rollcall/client';

type Named = Pick<Presence, 'userId' | 'user'>;

/** The name that the host gave the user, else the id. */
export const fullName = ({ userId, user }: Named): string => user.name ?? userId;

/** The first word of the name. */
export const firstName = (named: Named): string => fullName(named).split(' ', 1)[0]!;

/** At most two letters for a picture: "AL". */
export const initials = (name: string): string => {
  const words = name.split(' ').filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
};
