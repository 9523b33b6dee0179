import { describe, expect, it } from 'vitest';
import { activitySentence } from '../src/words/labels.js';
import { firstName, initials } from '../src/words/names.js';
import { typingSentence } from '../src/words/typingSentence.js';

it.each([
  [[], ''],
  [['Ada'], 'Ada is typing…'],
  [['Ada', 'Ben'], 'Ada and Ben are typing…'],
  [['Ada', 'Ben', 'Cleo'], 'Ada, Ben and Cleo are typing…'],
  [['Ada', 'Ben', 'Cleo', 'Dev'], 'Several people are typing…'],
])('who types of %j: %s', (names, sentence) => {
  expect(typingSentence(names)).toBe(sentence);
});

describe('an activity', () => {
  it('is a sentence', () => {
    expect(activitySentence({ type: 'IN_STUDIO', name: 'Ableton Live' })).toBe('In Ableton Live');
    expect(activitySentence({ type: 'LISTENING', name: 'Bach' })).toBe('Listening to Bach');
    expect(activitySentence({ type: 'CUSTOM', name: 'Tuning' })).toBe('Tuning');
  });

  it('of a type that this page does not know is its name', () => {
    expect(activitySentence({ type: 'DANCING' as 'CUSTOM', name: 'Tango' })).toBe('Tango');
  });
});

describe('a name', () => {
  it('begins with the first name', () => {
    expect(['Ada Lovelace', 'ada'].map(firstName)).toEqual(['Ada', 'ada']);
  });

  it('gives two initials at most, whole characters', () => {
    expect(['Ada Lovelace', 'ada', 'Ada King of Lovelace', '  ', '𝔸da Ω'].map(initials)).toEqual([
      'AL',
      'A',
      'AL',
      '',
      '𝔸Ω',
    ]);
  });
});
