import { byId } from './elements.js';

/** How often a screen reader is told of progress, in milliseconds. */
const EVERY = 4000;
let last = -Infinity;

/** Says what goes on in the line under the buttons, and now and then to screen readers. */
export function say(text: string, isNews = true): void {
  byId('status').textContent = text;
  const now = performance.now();
  if (!isNews && now - last < EVERY) return;
  last = now;
  byId('spoken').textContent = text;
}

/** One line about what went wrong; an empty one takes it back. */
export function complain(text: string): void {
  const line = byId('problem');
  line.textContent = text;
  line.hidden = text === '';
  // The button that was pressed may be far below.
  if (text !== '') line.scrollIntoView({ block: 'nearest' });
}
