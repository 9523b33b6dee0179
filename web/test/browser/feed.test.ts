/** What happens around people, on the page: a post, who has it open, its counts, and the tray. */
import { describe, expect, it } from 'vitest';
import { openContext, show, showTwo } from './support/pages.js';
import { paneOf } from './support/panes.js';
import { type Character, gather, only } from './support/people.js';

/** Two people on one page, both at the post, which is Ada's. */
const showPost = async (options: Parameters<typeof showTwo>[0] = {}) => {
  const shown = await showTwo(options);
  for (const pane of [shown.hers, shown.his]) await pane.openTab('Feed');
  await shown.hers.seesHere('2 people are here');
  return shown;
};

describe('a post', () => {
  it('shows likes and comments as they come, to everybody', async () => {
    const { hers, his } = await showPost();
    await his.like.click();
    await hers.seesLikes(1);
    await his.seesLikes(1);
    await hers.like.click();
    await his.seesLikes(2);
    await his.like.click();
    await hers.seesLikes(1);
    await his.comment.fill('Count me in');
    await hers.seesTyping('Ben is typing a comment…');
    await his.comment.press('Enter');
    await hers.pane.getByRole('list', { name: 'Comments' }).getByText('Count me in').waitFor();
    await hers.pane.locator('.comment-count').getByText('1', { exact: true }).waitFor();
    await hers.seesNobodyTyping();
  });

  it('shows who has it open, as they come and go; another tab of the page is another place', async () => {
    const { hers, his } = await showPost();
    await hers.pane.locator('.faces .avatar').nth(1).waitFor();
    await his.openTab('Lobby');
    await hers.seesHere('1 person is here');
    await his.openTab('Feed');
    await hers.seesHere('2 people are here');
  });

  it('a reload is not seen by who else is there', async () => {
    const crowd = await gather(2);
    const [ada, ben] = crowd.people as [Character, Character];
    const hers = paneOf(await show(only(crowd, 0)), ada);
    await hers.openTab('Feed');
    const page = await show(only(crowd, 1));
    const his = paneOf(page, ben);
    await his.openTab('Feed');
    await hers.seesHere('2 people are here');
    const seen = await hers.recordHere();
    await page.reload();
    await his.sees(ada, 'ONLINE');
    // In the tab that was open.
    await his.seesHere('2 people are here');
    // What comes after everything that the reload has caused.
    await his.openTab('Lobby');
    await hers.seesHere('1 person is here');
    expect(await seen()).toEqual(['2 people are here', '1 person is here']);
  });
});

describe('the tray', () => {
  it('tells of a like at once, of several people in one line, and the badge goes out when it is opened', async () => {
    const crowd = await gather(3);
    const [ada, ben, cleo] = crowd.people as [Character, Character, Character];
    const hers = paneOf(await show(only(crowd, 0)), ada);
    const page = await show(only(crowd, 1, 2));
    const [his, other] = [paneOf(page, ben), paneOf(page, cleo)];
    for (const pane of [his, other]) {
      await pane.openTab('Feed');
      await pane.like.click();
    }
    await hers.seesBadge(1);
    await hers.bell.click();
    await hers.notices.getByText(/^(Ben and Cleo|Cleo and Ben) liked your post$/).waitFor();
    await hers.seesBadge(0);
    await hers.tray.getByText('Unread').waitFor();
    await hers.tray.getByRole('button', { name: 'Mark all read' }).click();
    await hers.tray.getByText('Unread').waitFor({ state: 'detached' });
  });

  it('is read on one device, and goes out on the other', async () => {
    const crowd = await gather(2);
    const [ada, ben] = crowd.people as [Character, Character];
    const [desk, phone] = [await show(only(crowd, 0)), await show(only(crowd, 0))].map((page) => paneOf(page, ada));
    const his = paneOf(await show(only(crowd, 1)), ben);
    await his.openTab('Feed');
    await his.like.click();
    await desk!.seesBadge(1);
    await phone!.seesBadge(1);
    await desk!.bell.click();
    await phone!.seesBadge(0);
  });

  it('a like that flaps notifies once', async () => {
    const { hers, his } = await showPost();
    const badge = await hers.recordBadge();
    await his.like.click();
    await hers.seesBadge(1);
    await hers.bell.click();
    await hers.notices.getByText('Ben liked your post').waitFor();
    await hers.seesBadge(0);
    await hers.tray.press('Escape');
    for (const likes of [0, 1, 0, 1]) {
      await his.like.click();
      await hers.seesLikes(likes);
    }
    // A later notice: the badge counts it alone.
    await his.comment.fill('Really');
    await his.comment.press('Enter');
    await hers.seesBadge(1);
    expect(await badge()).toEqual(['', '1', '', '1']);
    await hers.bell.click();
    expect((await hers.notices.allTextContents()).sort()).toEqual([
      'Ben commented on your post',
      'Ben liked your post',
    ]);
  });

  it('is empty at once where somebody was blocked, badge included, and the same list when they are unblocked', async () => {
    const { ben, hers, his } = await showPost({ allowed: /no such conversation/i });
    await his.like.click();
    await his.comment.fill('Really');
    await his.comment.press('Enter');
    await hers.seesBadge(2);
    await hers.pane.getByRole('button', { name: `More about ${ben.name}` }).click();
    await hers.pane.getByRole('button', { name: 'Block You see nothing of each other' }).click();
    await hers.seesBadge(0);
    await hers.seesHere('1 person is here');
    await hers.bell.click();
    await hers.tray.getByText('Nothing yet.').waitFor();
    await hers.tray.press('Escape');
    await hers.openTab('Privacy');
    await hers.click(`Unblock ${ben.name}`);
    await hers.seesBadge(2);
    await hers.bell.click();
    await hers.notices.nth(1).waitFor();
    expect(await hers.notices.allTextContents()).toEqual(['Ben commented on your post', 'Ben liked your post']);
  });

  it('misses nothing while the connection is cut', async () => {
    const { hers, his } = await showPost({ allowed: /WebSocket connection to/ });
    await his.like.click();
    await hers.seesBadge(1);
    await hers.pane.getByRole('button', { name: /^Cut/ }).click();
    await hers.isConnection('waiting');
    await his.like.click();
    await his.seesLikes(0);
    await his.comment.fill('Really');
    await his.comment.press('Enter');
    await his.pane.locator('.comment-count').getByText('1', { exact: true }).waitFor();
    await hers.pane.getByRole('button', { name: /^Restore/ }).click();
    await hers.isConnection('online');
    await hers.seesLikes(0);
    await hers.bell.click();
    await hers.notices.getByText('Ben commented on your post').waitFor();
    expect(await hers.notices.allTextContents()).toEqual(['Ben commented on your post']);
  });

  it('has nothing of what was muted, until it is unmuted', async () => {
    const { hers, his } = await showPost();
    await his.like.click();
    await hers.seesBadge(1);
    const mute = hers.pane.getByRole('button', { name: 'Mute this post' });
    await mute.click();
    await hers.seesBadge(0);
    await mute.click();
    await hers.seesBadge(1);
  });

  it('is told to screen readers of the pane in use, politely', async () => {
    const { hers, his } = await showPost();
    await hers.comment.focus();
    await his.like.evaluate((button: HTMLButtonElement) => button.click());
    await hers.pane.getByRole('status').getByText('Ben liked your post.').waitFor({ state: 'attached' });
  });
});

it('a person who uses the keyboard alone reads the tray', async () => {
  const context = await openContext();
  const { page, hers, his } = await showPost({ context });
  await his.like.click();
  await hers.seesBadge(1);
  await hers.bell.focus();
  await page.keyboard.press('Enter');
  await hers.tray.locator('button:focus').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await hers.tray.getByText('Unread').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await hers.pane.locator('.bell:focus').waitFor();
});
