/** What answers of the dialects look like, as JSON Schema. */
import type { JsonSchema } from './fields.js';

export const text: JsonSchema = { type: 'string' };
export const truth: JsonSchema = { type: 'boolean' };
export const count: JsonSchema = { type: 'integer' };
export const instant: JsonSchema = { type: 'string', format: 'date-time' };
export const oneOf = (...words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

/** An object that has all of these, and may have `more`. */
export const objectOf = (
  properties: Readonly<Record<string, JsonSchema>>,
  more: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema => ({
  type: 'object',
  properties: { ...properties, ...more },
  required: Object.keys(properties),
  additionalProperties: false,
});

/** An object without fields. */
export const NOTHING: JsonSchema = { type: 'object', additionalProperties: false };

export const errorSchema = objectOf({ error: text, message: text }, { request_id: text });
