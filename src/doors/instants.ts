/** Instants as the messages of doors write them: ISO 8601, from milliseconds since 1970. */
export const iso = (instant: number): string => new Date(instant).toISOString();
export const isoOrNull = (instant: number | null): string | null => (instant === null ? null : iso(instant));
