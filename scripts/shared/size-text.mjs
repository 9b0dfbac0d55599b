// Sizes in the documentation: how they are written, and which differences are worth a change of the page.
import { putBetween, textBetween } from './marked-text.mjs';

const TOLERANCE = 0.05;

/** Kilobytes with two digits at least. */
export const kilobytes = (bytes) => `${bytes < 9950 ? (bytes / 1000).toFixed(1) : Math.round(bytes / 1000)} kB`;

/** Whether two texts say the same, but for sizes within the tolerance. */
function agree(a, b) {
  const size = /(\d+(?:\.\d+)?) kB/g;
  const [of, than] = [a, b].map((text) => [...text.matchAll(size)].map((match) => Number(match[1])));
  if (a.replaceAll(size, '') !== b.replaceAll(size, '')) return false;
  return of.every((value, i) => Math.abs(value - than[i]) <= TOLERANCE * value + 0.05);
}

/** Puts a text with sizes behind a mark of a page, unless what stands there agrees; returns whether it was stale. With `check` the page stays as it is. */
export function putSizes(page, mark, text, check) {
  if (agree(textBetween(page, mark, 'end').text, text)) return false;
  putBetween(page, mark, 'end', text, check);
  return true;
}
