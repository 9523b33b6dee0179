import SchemaBuilder from '@pothos/core';
import type { Context } from './context.js';
import { formatDateTime, parseDateTime, parseDateTimeLiteral } from './datetime.js';

/** Types of the resolvers: instants are milliseconds since 1970, ids are strings, fields are non-null by default. */
export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: number; Output: number };
    ID: { Input: string; Output: string };
  };
}

/** A schema with its roots and the scalar `DateTime`. Features add their types and fields. */
export const createBuilder = () => {
  const builder = new SchemaBuilder<SchemaTypes>({ defaultFieldNullability: false });

  builder.scalarType('DateTime', {
    description: `An instant, RFC 3339 in UTC with millisecond precision: 2026-01-31T12:00:00.000Z

As input, any RFC 3339 date and time with its zone, in the years 0000 to 9999; digits beyond the millisecond are
dropped. A string without a zone, a day that the calendar has not, a leap second and a number are BAD_USER_INPUT.`,
    serialize: formatDateTime,
    parseValue: (value) => parseDateTime(value),
    parseLiteral: parseDateTimeLiteral,
  });

  const everyField = `Every field may answer UNAUTHENTICATED (no valid token), BAD_USER_INPUT (an id that is empty, longer than 128
characters, or holds control or bidirectional-override characters), UNAVAILABLE (try again after \`retryAfterMs\`) and
INTERNAL (quote the \`requestId\`). Errors beyond these are named at the field.`;
  builder.queryType({ description: everyField });
  builder.mutationType({
    description: `${everyField}

Mutations of users are limited: RATE_LIMITED tells in \`retryAfterMs\` when to try again. Those of a token with the
scope \`service\` are not.`,
  });
  builder.subscriptionType({ description: everyField });
  return builder;
};

export type Builder = ReturnType<typeof createBuilder>;
