import { expect, it } from 'vitest';
import { createListeners } from '../../src/async/listeners.js';

it('who listens hears of it, whatever others throw, until they are removed', () => {
  const failures: unknown[] = [];
  const heard: string[] = [];
  const { add, call } = createListeners<[string]>((error) => failures.push(error));
  const fault = new Error('a bug');
  add(() => {
    throw fault;
  });
  const remove = add((what) => heard.push(what));
  call('one');
  remove();
  call('two');
  expect(heard).toEqual(['one']);
  expect(failures).toEqual([fault, fault]);
});
