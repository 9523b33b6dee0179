import { describe, expect, it } from 'vitest';
import { hereSentence } from '../src/words/hereSentence.js';
import { activitySentence } from '../src/words/labels.js';
import { firstName, initials } from '../src/words/names.js';
import { actorsPhrase, deedPhrase } from '../src/words/noticeSentence.js';
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

it('what they type is said where it is no message', () => {
  expect(typingSentence(['Ada'], 'a comment')).toBe('Ada is typing a comment…');
  expect(typingSentence(['Ada', 'Ben', 'Cleo', 'Dev'], 'a comment')).toBe('Several people are typing a comment…');
});

it.each([
  [['Ada'], 1, 'Ada'],
  [['Ada', 'Ben'], 2, 'Ada and Ben'],
  [['Ada', 'Ben', 'Cleo'], 3, 'Ada and 2 others'],
  [['Ada', 'Ben', 'Cleo'], 1_000, 'Ada and 999 others'],
  [['Ada'], 2, 'Ada and 1 other'],
  [[], 1, 'Somebody'],
])('who did it, of %j and %i in all: %s', (names, count, phrase) => {
  expect(actorsPhrase(names, count)).toBe(phrase);
});

it('what they did is a phrase, also of a verb that this page does not know', () => {
  expect(deedPhrase('like', 'your post')).toBe('liked your post');
  expect(deedPhrase('follow', null)).toBe('started following you');
  expect(deedPhrase('applauded', 'your post')).toBe('applauded your post');
});

it.each([
  [undefined, ''],
  [{ count: 0, approximate: false }, ''],
  [{ count: 1, approximate: false }, '1 person is here'],
  [{ count: 2, approximate: false }, '2 people are here'],
  [{ count: 340, approximate: true }, 'About 340 people are here'],
])('who is at a place, of %j: %s', (here, sentence) => {
  expect(hereSentence(here)).toBe(sentence);
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
