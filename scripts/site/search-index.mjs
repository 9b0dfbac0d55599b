// What the search of the site looks through, and what comes first.
import { ReflectionKind } from 'typedoc';

/** Words alone. Of numbers and marks lunr, which typedoc searches with, may make an index that breaks on some words: it takes nodes of its tree for the same. */
const wordsOf = (parts) =>
  parts
    .map(({ text }) => text)
    .join('')
    .replaceAll(/[^\p{L}\d]+|(?<!\p{L})\d+(?!\p{L})/gu, ' ');

/** What a function or a class is, in its first paragraph, for whoever looks for a spline and does not know that it is called `nsf`. */
function summaryOf(reflection) {
  const { summary = [] } = reflection.comment ?? reflection.signatures?.[0].comment ?? {};
  const end = summary.findIndex(({ text }) => text.includes('\n\n'));
  return wordsOf(end < 0 ? summary : summary.slice(0, end + 1));
}

/** The operations that the packages are made of: users look for other things. */
const isInner = (reflection) => reflection.getFullName().startsWith('@pushforward/tensor.kernels');

/** For typedoc's event of preparing the index. */
export function prepareSearch(event) {
  Object.assign(event.searchFieldWeights, { comment: 12, document: 3 });
  const found = event.searchResults;
  for (let i = found.length - 1; i >= 0; i--) {
    const reflection = found[i];
    if (isInner(reflection)) reflection.relevanceBoost = 0.2;
    if (reflection.isDocument()) event.searchFields[i].document = wordsOf(reflection.content);
    // Members stand where they are declared.
    else if (reflection.inheritedFrom) event.removeResult(i);
    else if (reflection.kindOf([ReflectionKind.Function, ReflectionKind.Class]))
      event.searchFields[i].comment = summaryOf(reflection);
  }
}
