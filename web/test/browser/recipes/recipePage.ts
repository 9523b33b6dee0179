/** What the pages of the recipes share. */

/** The token is in the address, where it is sent to nobody. */
export const tokenOfPage = async (): Promise<string> => location.hash.slice(1);

/** Shows each user's status as a line. */
export const showStatuses = (people: readonly { readonly id: string; readonly status: string }[]): void => {
  document.body.replaceChildren(
    ...people.map(({ id, status }) => {
      const line = document.createElement('p');
      line.textContent = `${id} ${status}`;
      return line;
    }),
  );
};
