import { expect, it } from 'vitest';
import { createAnswerCheck } from '../../src/telemetry/answerCheck.js';

const JUST_MS = 250;

const openCheck = () => {
  let now = 0;
  let questions = 0;
  const away = new Error('away');
  let isAway = true;
  const check = createAnswerCheck({
    ask: async () => {
      questions += 1;
      if (isAway) throw away;
    },
    justMs: JUST_MS,
    goodForMs: 1_000,
    now: () => now,
  });
  return {
    check,
    away,
    pass: (ms: number) => {
      now += ms;
    },
    comeBack: () => {
      isAway = false;
    },
    questions: () => questions,
  };
};

it('a call that was just answered tells that the back end answers, without a question', async () => {
  const { check, pass, questions } = openCheck();
  check.called({ error: undefined });
  pass(JUST_MS - 1);
  await check.answers();
  expect(questions()).toBe(0);
});

it('asks where no call was answered for a while', async () => {
  const { check, away, pass } = openCheck();
  check.called({ error: undefined });
  pass(JUST_MS);
  await expect(check.answers()).rejects.toBe(away);
});

it('a call that failed is no answer', async () => {
  const { check, away } = openCheck();
  check.called({ error: new Error('UNAVAILABLE') });
  await expect(check.answers()).rejects.toBe(away);
});

it('one question serves all who want to know within its time, and no longer', async () => {
  const { check, away, pass, comeBack, questions } = openCheck();
  await expect(Promise.all([check.answers(), check.answers()])).rejects.toBe(away);
  comeBack();
  await expect(check.answers()).rejects.toBe(away);
  expect(questions()).toBe(1);
  pass(1_000);
  await check.answers();
  expect(questions()).toBe(2);
});
