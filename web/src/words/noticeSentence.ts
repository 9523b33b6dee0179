/** What happened, in a sentence: "Ada and 2 others liked your post". */

const VERBS: Readonly<Record<string, string>> = {
  like: 'liked',
  comment: 'commented on',
  repost: 'reposted',
};

/** "Ada", "Ada and Ben", "Ada and 2 others". `names` are the latest, `count` is how many there are. */
export const actorsPhrase = (names: readonly string[], count: number): string => {
  const [first = 'Somebody', second] = names;
  if (count <= 1) return first;
  if (count === 2 && second) return `${first} and ${second}`;
  return `${first} and ${count - 1} ${count === 2 ? 'other' : 'others'}`;
};

/** What was done to what: `object` as in "your post". A verb that is newer than this page is written as it is. */
export const deedPhrase = (verb: string, object: string | null): string => {
  if (verb === 'follow') return 'started following you';
  return object === null ? (VERBS[verb] ?? verb) : `${VERBS[verb] ?? verb} ${object}`;
};
