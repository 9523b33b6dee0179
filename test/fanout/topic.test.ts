import { describe, expect, it } from 'vitest';
import { Topic } from '../../src/fanout/topic.js';
import { restoreRecord } from '../../src/presence/record.js';
import { NOON } from '../support/builders.js';

const kept = (generation = 1) => restoreRecord('ana', { generation, kept: null });
const live = () => ({ ...kept(), revision: NOON, sessions: [{ id: 'tab' } as never] });

describe('what a topic knows of somebody of whom nothing is live', () => {
  it('need not be read again while every commit is heard', () => {
    const topic = new Topic('ana', 0, async () => {});
    expect(topic.kept).toBeUndefined();
    const record = kept();
    topic.learn(record, NOON);
    expect(topic.kept).toBe(record);
    topic.learn(record, NOON + 1);
    expect(topic.kept).toBe(record);
  });

  it('is nothing while something is live, and void once the user was deleted', () => {
    const topic = new Topic('ana', 0, async () => {});
    topic.learn(live());
    expect(topic.kept).toBeUndefined();
    topic.learn({ ...kept(), revision: NOON + 1 });
    expect(topic.kept).toMatchObject({ revision: NOON + 1 });
    topic.forget();
    expect(topic.kept).toBeUndefined();
  });

  it('is in doubt when the user changed otherwise, until it is read anew', () => {
    const topic = new Topic('ana', 0, async () => {});
    const record = kept();
    topic.learn(record, NOON);
    topic.doubt();
    expect(topic.kept).toBeUndefined();
    // A reading that began before, and had it from here.
    topic.learn(record, NOON + 1);
    expect(topic.kept).toBeUndefined();
    const again = kept(2);
    topic.learn(again, NOON + 2);
    expect(topic.kept).toBe(again);
  });
});
