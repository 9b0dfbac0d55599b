import { expect, test } from 'vitest';
import { fromFragment, toFragment } from './fragment.js';

test('bytes survive the fragment of a URL, where no letter needs an escape', () => {
  const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => (i * 7919) % 256);
  const text = toFragment(bytes);
  expect(text).toMatch(/^[\w-]+$/);
  expect(fromFragment(text)).toEqual(bytes);
});

test('a link with other letters is damaged', () => {
  expect(() => fromFragment('ab%c')).toThrow('The link is damaged: it was cut off or changed on its way.');
});
