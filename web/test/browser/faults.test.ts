/** What the page says where the server refuses something. */
import { expect, it } from 'vitest';
import { showTwo } from './support/pages.js';

it('says so where a status message is too long, and keeps what was written', async () => {
  const { ada, hers, his } = await showTwo();
  await hers.openStatus();
  const message = hers.statusEditor.getByRole('textbox', { name: 'Message' });
  // One who types is stopped by the field; a script is not.
  await message.evaluate((input) => input.removeAttribute('maxlength'));
  const text = 'x'.repeat(300);
  await message.fill(text);
  await hers.statusEditor.getByRole('button', { name: 'Set message' }).click();
  await hers.statusEditor.getByRole('alert').getByText('statusMessage.text').waitFor();
  expect(await message.inputValue()).toBe(text);
  await message.fill('In the studio');
  await hers.statusEditor.getByRole('button', { name: 'Set message' }).click();
  await his.personCalled(ada).getByText('In the studio').waitFor();
});

it('says so where a message would end in the past, as by a clock that is wrong', async () => {
  const { page, ada, hers, his } = await showTwo();
  await hers.openStatus();
  await hers.statusEditor.getByRole('textbox', { name: 'Message' }).fill('At lunch');
  await hers.statusEditor.getByLabel('Clear it').selectOption('In 1 hour');
  await page.clock.setFixedTime('2020-01-01T12:00:00Z');
  await hers.statusEditor.getByRole('button', { name: 'Set message' }).click();
  await hers.statusEditor.getByRole('alert').getByText('expiresAt').waitFor();
  await page.clock.setFixedTime(new Date());
  await hers.statusEditor.getByRole('button', { name: 'Set message' }).click();
  await his.personCalled(ada).getByText('At lunch').waitFor();
  await his.personCalled(ada).getByText('until').waitFor();
});
