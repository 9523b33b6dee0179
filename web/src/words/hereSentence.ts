/** Who is at a place, in a sentence: "2 people are here". Empty while nothing is known. */
export const hereSentence = (here: { readonly count: number; readonly approximate: boolean } | undefined): string => {
  if (!here || here.count === 0) return '';
  if (here.count === 1) return '1 person is here';
  return `${here.approximate ? 'About ' : ''}${here.count} people are here`;
};
