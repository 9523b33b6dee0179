/** After what time a status message clears itself, as people choose it. */

export const EXPIRY_CHOICES = [
  { id: 'never', label: 'Don’t clear' },
  { id: '30min', label: 'In 30 minutes' },
  { id: '1h', label: 'In 1 hour' },
  { id: '4h', label: 'In 4 hours' },
  { id: 'today', label: 'Today' },
  { id: 'week', label: 'This week' },
] as const;

export type ExpiryChoice = (typeof EXPIRY_CHOICES)[number]['id'];

const MINUTE = 60_000;
const FIXED_MS: Partial<Record<ExpiryChoice, number>> = { '30min': 30 * MINUTE, '1h': 60 * MINUTE, '4h': 240 * MINUTE };

/** Midnight after so many days, in the zone of the clock. */
const midnightAfter = (now: Date, days: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);

/** The instant as the server takes it; null for never. Weeks end with Sunday. */
export const expiresAt = (choice: ExpiryChoice, now: Date): string | null => {
  const fixed = FIXED_MS[choice];
  if (fixed !== undefined) return new Date(now.getTime() + fixed).toISOString();
  if (choice === 'today') return midnightAfter(now, 1).toISOString();
  if (choice === 'week') return midnightAfter(now, 8 - (now.getDay() || 7)).toISOString();
  return null;
};

/** When that is, seen from now: "until 14:30", "until tomorrow, 00:00", "until 3 Mar". */
export const untilWords = (iso: string, now: Date): string => {
  const end = new Date(iso);
  const time = end.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (end < midnightAfter(now, 1)) return `until ${time}`;
  if (end.getTime() === midnightAfter(now, 1).getTime()) return 'until midnight';
  if (end < midnightAfter(now, 2)) return `until tomorrow, ${time}`;
  return `until ${end.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}`;
};
